/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_PROGRESS_H
#define BASE_PROGRESS_H
/*
 * A progress bar in the last line of a terminal; nothing elsewhere, nor when quiet. Log lines
 * scroll above it (see log_set_status).
 */
#include <stddef.h>
#include <stdint.h>

/* How far a run has come. */
struct progress_state {
	uint64_t done_bytes, total_bytes; /* of the input files; total 0: not known (a pipe) */
	uint64_t count;                   /* of `unit`s taken */
	const char *unit;                 /* "packets" */
	int64_t time_us;                  /* Unix time of the last one; negative: not shown */
};

/* The caller's storage. */
struct progress {
	int64_t start_ms, drawn_ms; /* monotonic */
};

void progress_init(struct progress *progress);

/* Draws when a tenth of a second has passed since it last did. Reads a clock, so call it once for
 * thousands of packets. */
void progress_update(struct progress *progress, const struct progress_state *state);

/* Takes the bar away. */
void progress_done(struct progress *progress);

/* The line for `state` after `elapsed_ms`: percent and bar, units a second, time left, time of
 * the last one. Percent and time left need a total. Returns ret_text. */
#define PROGRESS_TEXT_SIZE 128
const char *progress_format(
	const struct progress_state *state, int64_t elapsed_ms, char ret_text[PROGRESS_TEXT_SIZE]);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DETECT_EPISODE_H
#define DETECT_EPISODE_H
/*
 * One episode of a detector, over all its scales: from the opening until the counts are back, or
 * have settled where they are.
 *
 * It is accounted in buckets of the scale that opened it, and closed by that scale, but not by one
 * finer than an hour where hours are kept: minutes are too sparse to tell a pause from the end.
 * The end is a sequential test the other way round: D <- max(0, D - L(r)) with r = sqrt(ratio so
 * far), over when D exceeds the scale's limit; the elevated part ends where D last was zero.
 */
#include "detect/evidence.h"

struct episode {
	int64_t onset_s;    /* while open: begin of the episode */
	int64_t elevated_s; /* end of its elevated part so far */
	int64_t over_s;     /* buckets that start before this belong to an episode that is over */
	double down, down_fine; /* D at the closing scale; at the opening scale */
	double up;              /* evidence that the ratio has doubled since it was told */
	double told;            /* the ratio last told */
	float peak;             /* largest score */
	struct evidence_window all[DETECT_METRICS], elevated[DETECT_METRICS];
	struct evidence_window risen[DETECT_METRICS]; /* since `up` was last zero, closing scale */
	uint32_t scales;                              /* bit set: opened or confirmed by */
	uint8_t open, scale, close_scale, metric;
};

/* Begins an episode at the scale `scale`, seen in `metric`, with the ratio that was told. The sums
 * `all` are the caller's to set before; the onset is theirs. */
void episode_open(struct episode *episode, const struct detect_settings *settings, uint32_t scale,
	enum detect_metric metric, double ratio, double score, int64_t end_s);

/* Takes one bucket of any scale for each metric in `expected` (NULL: not used). Returns what
 * happened: DETECT_QUIET, DETECT_UPDATE or DETECT_CLOSE (then `ret_reason` says why). The caller
 * ends the episode after a close with episode_end(). */
enum detect_kind episode_update(struct episode *episode, const struct detect_settings *settings,
	uint32_t scale, const struct detect_input *input,
	const struct expectation *const expected[DETECT_METRICS], enum detect_reason *ret_reason);

/* Observed/expected of `metric` over the whole episode; 1 when it was not used. */
double episode_ratio(const struct episode *episode, enum detect_metric metric);

/* The episode is over: buckets before `over_s` are neither tested nor learnt from. */
void episode_end(struct episode *episode, int64_t over_s);

#endif

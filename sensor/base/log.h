/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_LOG_H
#define BASE_LOG_H
/*
 * Lines for the operator, on standard error. Every function writes one whole line with the prefix
 * "surgetap: " and is safe to call from any thread. The text may contain names taken from traffic:
 * control bytes and broken UTF-8 are written as \xNN. Colour appears on a terminal only, and never
 * when NO_COLOR is set (no-color.org). Formats are those of printf, without a final line feed.
 *
 * Libraries return errors; those who decide what to do about them log once.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define LOG_LINE_SIZE 1024 /* bytes of a formatted line, with its NUL; a longer one is cut */

/* Something asked for was not done. */
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Something is odd, and the run goes on. */
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Good to know; left out when quiet. */
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Memory of log_limited: one for each place that may repeat itself, zeroed at first. */
struct log_limit {
	int64_t last_s; /* monotonic time of the last line; 0 before the first one */
	uint64_t suppressed;
};

/* Warns at most once a minute by the monotonic clock for one `limit`; the next line tells how many
 * were left out. */
void log_limited(struct log_limit *limit, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Turns log_info and the status line off or on. */
void log_set_quiet(bool quiet);

/* Writes to `stream` from now on; NULL is standard error. For tests. */
void log_set_stream(FILE *stream);

/* Keeps `text` as the last line of the terminal, below all log lines; NULL takes it away. Does
 * nothing when the stream is no terminal or quiet. The text is copied and cut to the terminal's
 * width. */
void log_set_status(const char *text);

/* True when log_set_status would show anything. */
bool log_has_status(void);

#endif

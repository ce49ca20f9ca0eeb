/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPOSE_MOMENT_H
#define COMPOSE_MOMENT_H
/* Points and spans of time as a scenario writes them; microseconds, Unix time, UTC. */
#include <stdint.h>

#define SECOND_US INT64_C(1000000)
#define MINUTE_US (60 * SECOND_US)
#define HOUR_US (60 * MINUTE_US)
#define DAY_US (24 * HOUR_US)
#define WEEK_US (7 * DAY_US)
#define YEAR_US (365 * DAY_US)

/* Parses "21d 8h", "90s", "-2y": numbers with the units y w d h m s ms, added up; a leading minus
 * turns the sum. A year has 365 days. Returns 0, or -EINVAL. */
int moment_parse_span(const char *text, int64_t *ret_us);

/* Parses "2026-03-03T00:00:00Z" or "2026-03-03". Returns 0, or -EINVAL. */
int moment_parse_time(const char *text, int64_t *ret_us);

/* Parses a time, or a span that counts from `start_us`. Returns 0, or -EINVAL. */
int moment_parse(const char *text, int64_t start_us, int64_t *ret_us);

#define MOMENT_TEXT_SIZE 40

/* Writes "2026-03-03T00:00:00Z" into `ret_text`; returns it. */
const char *moment_format(int64_t us, char ret_text[MOMENT_TEXT_SIZE]);

#endif

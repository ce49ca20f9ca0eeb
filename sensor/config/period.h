/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_PERIOD_H
#define CONFIG_PERIOD_H
/* A period of time as users write it. */
#include <stdbool.h>
#include <stdint.h>

/* From `start_s`, and before `end_s`, in Unix seconds; INT64_MIN and INT64_MAX: no bound. */
struct period {
	int64_t start_s, end_s;
};

/* Parses "START..END": each a date, a date and time of UTC ("2026-03-24T06:00", with seconds and a
 * final Z if wanted) or empty (no bound). Returns false when it is none of these or END is not
 * after START. */
bool period_parse(const char *text, struct period *ret_period);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_COMPARE_WINDOW_H
#define COMMANDS_COMPARE_WINDOW_H
/* Windows of time on a command line. */
#include <stdbool.h>
#include <stdint.h>

/* Parses "START..END": each a date, a date and time of UTC ("2026-03-24T06:00", with seconds and a
 * final Z if wanted) or empty (no bound). Returns false when it is none of these or END is not
 * after START. */
bool compare_window_parse(const char *text, int64_t *ret_start_s, int64_t *ret_end_s);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ALERT_WORDS_H
#define ALERT_WORDS_H
/* What an alert knows beside the size of its rise, as half sentences for people. */
#include "alert/alert.h"

#define WORDS_SIZE 160
#define WORDS_ALL_SIZE (2 * WORDS_SIZE + 2)

/* "77 of 762 active hosts took it up, half of them within 19 min"; "" when nothing is known.
 * Returns ret_text. */
const char *words_coordination(const struct alert *alert, char ret_text[WORDS_SIZE]);

/* "the rest of the tap did not rise with it: 0.5x (95 % CI 0.1 to 1.5)"; "" without a control
 * group. Returns ret_text. */
const char *words_control(const struct alert *alert, char ret_text[WORDS_SIZE]);

/* Both, with a semicolon between them; "" when neither is known. Returns ret_text. */
const char *words_all(const struct alert *alert, char ret_text[WORDS_ALL_SIZE]);

#endif

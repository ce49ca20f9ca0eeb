/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_TERM_H
#define BASE_TERM_H
/* What the terminal behind a stream can do. */
#include <stdbool.h>
#include <stdio.h>

/* True when `stream` is a terminal that can move its cursor (TERM is set and not "dumb"). */
bool term_is_terminal(FILE *stream);

/* True when colour is welcome: a terminal, and NO_COLOR unset or empty (no-color.org). */
bool term_has_colour(FILE *stream);

/* Columns of the terminal; 80 when it does not say. */
unsigned term_width(FILE *stream);

#endif

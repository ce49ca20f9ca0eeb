/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_PROFILE_H
#define COMMANDS_PROFILE_H
/* Where the time of a run went, as a table for people. */
#include <stdio.h>

#include "commands/feed.h"

/* Prints a line for each stage: its seconds, what they are for each packet received, and their
 * share of all the time worked; waiting apart. Seconds are of all threads together. */
void profile_print(const struct feed_result *result, FILE *stream);

#endif

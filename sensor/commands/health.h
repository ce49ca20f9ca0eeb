/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_HEALTH_H
#define COMMANDS_HEALTH_H
/* Whether a live sensor does its work, told from its figures. A tap without packets is healthy. */
#include "commands/metrics.h"

#define HEALTH_SILENT_S 15   /* figures as old as that: the reader stands still */
#define HEALTH_WAITING_MAX 2 /* minutes that may wait for the analyst */
#define HEALTH_LOSS_S 300    /* so long a lost entry is trouble */

/* Prints a line for each trouble that `metrics` show at `now_s` (monotonic). Returns how many. */
unsigned health_print(const struct metrics *metrics, double now_s, FILE *stream);

#endif

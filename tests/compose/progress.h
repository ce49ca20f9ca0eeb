/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPOSE_PROGRESS_H
#define COMPOSE_PROGRESS_H
/* A bar on standard error, drawn only when a person can see it. */
#include <stdbool.h>
#include <stdint.h>

struct progress {
	bool visible;
	int percent; /* shown so far */
};

/* Gets ready; stays silent unless `wanted` and standard error is a terminal. */
void progress_begin(struct progress *progress, bool wanted);

/* Shows that `done` of `total` (more than 0) is behind us; draws only when the figure changes. */
void progress_show(struct progress *progress, int64_t done, int64_t total);

/* Takes the bar away. */
void progress_end(struct progress *progress);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPOSE_COMPOSER_H
#define COMPOSE_COMPOSER_H
/* Lays a scenario's flows out in time: what a tap would have seen, packet by packet. */
#include "scenario.h"
#include "writer.h"

#include <stdio.h>

struct composer_options {
	FILE *truth;   /* CSV: what was planned, a line for each hour and kind; NULL: none */
	bool progress; /* a progress bar on standard error, if that is a terminal */
};

struct composer_result {
	uint64_t flows;   /* started */
	uint64_t missing; /* packets that fell into gaps */
};

/* Writes the whole scenario to `writer`. Memory is bounded by the templates, an hour's plan of each
 * kind and the flows in progress. Returns 0, or -errno with `complaint` filled. */
int composer_run(const struct scenario *scenario, const struct composer_options *options,
	struct writer *writer, struct composer_result *ret_result, struct complaint *complaint);

#endif

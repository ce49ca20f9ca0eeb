/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPOSE_PLACE_H
#define COMPOSE_PLACE_H
/* Where in a scenario a wrong value stands: what its checks share. All return -EINVAL for a wrong
 * one. */
#include "scenario.h"

struct place {
	const char *path;
	const char *kind; /* name of the kind being checked, or NULL */
	struct complaint *complaint;
};

/* Complains that the `text` given for `key` is not `wanted`, for example "a prefix". */
int place_wrong(const struct place *place, const char *key, const char *text, const char *wanted);

/* Complains that the number given for `key` must lie in `low`..`high`. */
int place_out_of_bounds(const struct place *place, const char *key, double low, double high);

/* Reads a window given by its beginning, a time or a span since `start_us`, and its length. Returns
 * 0 or -EINVAL, then with a complaint about `list`. */
int place_check_window(const struct place *place, const char *list, const char *at,
	const char *length, int64_t start_us, int64_t *ret_from_us, int64_t *ret_until_us);

/* Checks one kind and fills in what follows from its texts; the part of scenario_check() that
 * scenario_kind.c holds. Ranges and rhythms must have been checked. */
int scenario_check_kind(
	struct scenario_kind *kind, const struct scenario *scenario, const struct place *place);

#endif

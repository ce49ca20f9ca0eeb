/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_SHAPE_H
#define CONFIG_SHAPE_H
/*
 * The shape that a configuration file must have: a mapping whose keys are names of settings, each
 * at most once, with a list of plain values for SETTING_LIST and one plain value for the others.
 * Whether a value is a good one is decided by setting_assign.
 */
#include "config/faults.h"
#include "config/setting.h"
#include "config/tree.h"

struct shape {
	/* By the setting's number in the table. */
	bool is_usable[SETTING_COUNT_MAX]; /* named, and nothing wrong with its shape */
	struct tree_node values[SETTING_COUNT_MAX];
};

/* Adds whatever is wrong to `faults`. Returns 0 or -ENOMEM. */
int shape_check(const struct tree *tree, struct faults *faults, struct shape *ret_shape);

/* The place of value `entry` (from 0) of usable setting `number`. */
struct place shape_place(
	const struct shape *shape, const struct tree *tree, size_t number, size_t entry);

#endif

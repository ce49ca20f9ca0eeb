/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_USAGE_FIELDS_H
#define COMMANDS_USAGE_FIELDS_H
/* A closed bucket as flat numeric fields, the same set in every entry of a run. */
#include "pipeline/analyst.h"
#include "publish/publisher.h"

#define USAGE_FIELDS_MAX (5 * TECHNIQUES_MAX + 5)

struct usage_fields {
	uint32_t count;
	struct publisher_field entries[USAGE_FIELDS_MAX];
	char names[USAGE_FIELDS_MAX][TECHNIQUE_NAME_SIZE + 12];
};

/* For each technique `_flows`, `_hosts`, `_bytes`, `_suspected` and `_inbound` (flows), then
 * `all_flows`, `all_hosts`, `all_bytes`, `all_inbound`, and `coverage` 0..1. Entries point into
 * *ret_fields. */
void usage_fields_fill(const struct analyst_usage *usage, struct usage_fields *ret_fields);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/usage_fields.h"

#include <stdio.h>

static void add(struct usage_fields *fields, const char *technique, const char *unit, double value)
{
	char *name = fields->names[fields->count];
	snprintf(name, sizeof fields->names[0], "%s_%s", technique, unit);
	fields->entries[fields->count++] = (struct publisher_field){name, value};
}

static void add_cell(struct usage_fields *fields, const char *name, const struct meter_cell *cell)
{
	add(fields, name, "flows", cell ? (double)cell->flows : 0);
	add(fields, name, "hosts", cell ? hosts_count(&cell->hosts) : 0);
	add(fields, name, "bytes", cell ? (double)cell->bytes : 0);
	add(fields, name, "inbound", cell ? (double)cell->inbound : 0);
}

void usage_fields_fill(const struct analyst_usage *usage, struct usage_fields *ret_fields)
{
	const struct meter_range *counts = usage->counts;
	ret_fields->count = 0;
	for (uint32_t i = 0; i < usage->techniques->count; i++) {
		const struct meter_cell *cell = counts ? &counts->cells[i] : NULL;
		const char *name = usage->techniques->entries[i].name;
		add_cell(ret_fields, name, cell);
		add(ret_fields, name, "suspected", cell ? (double)cell->suspected : 0);
	}
	add_cell(ret_fields, "all", counts ? &counts->all : NULL);
	ret_fields->entries[ret_fields->count++] =
		(struct publisher_field){"coverage", usage->coverage};
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/rules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool has_same_techniques(const struct technique_table *a, const struct technique_table *b)
{
	if (a->count != b->count)
		return false;
	for (uint32_t i = 0; i < a->count; i++)
		if (strcmp(a->entries[i].name, b->entries[i].name) != 0)
			return false;
	return true;
}

int rules_change_init(
	struct rules_change *change, const struct rules *former, const struct rules *next)
{
	if (!has_same_techniques(&former->plugins->techniques, &next->plugins->techniques))
		return -EINVAL;
	uint32_t count = ranges_count(former->ranges);
	uint32_t *numbers = malloc((count + 1) * sizeof *numbers);
	if (!numbers)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++)
		numbers[i] = ranges_find_name(next->ranges, ranges_name(former->ranges, i));
	*change = (struct rules_change){.rules = *next, .numbers = numbers};
	return 0;
}

void rules_change_done(struct rules_change *change)
{
	free(change->numbers);
	*change = (struct rules_change){.numbers = NULL};
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/usage_book.h"

static struct book_count count_of(const char *technique, const struct meter_cell *cell)
{
	return (struct book_count){
		.technique = technique,
		.flows = cell ? (double)cell->flows : 0,
		.hosts = cell ? hosts_count(&cell->hosts) : 0,
	};
}

int usage_book_put(struct book *book, const struct analyst_usage *usage)
{
	struct book_count counts[TECHNIQUES_MAX + 1];
	const struct meter_range *seen = usage->counts;
	uint32_t techniques = usage->techniques->count;
	for (uint32_t i = 0; i < techniques; i++)
		counts[i] =
			count_of(usage->techniques->entries[i].name, seen ? &seen->cells[i] : NULL);
	counts[techniques] = count_of("all", seen ? &seen->all : NULL);
	struct book_bucket bucket = {
		.range = usage->range,
		.start_s = usage->start_s,
		.scale_s = usage->scale_s,
		.coverage = usage->coverage > 1 ? 1 : usage->coverage,
		.counts = counts,
		.count = techniques + 1,
	};
	return book_put(book, &bucket);
}

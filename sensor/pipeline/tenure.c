/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/tenure.h"

#include <errno.h>
#include <stdlib.h>

void tenure_done(struct tenure *tenure)
{
	free(tenure->since_s);
}

static int64_t find_since(const struct tenure *tenure, uint32_t range)
{
	return tenure->since_s ? tenure->since_s[range] : 0;
}

double tenure_share(const struct tenure *tenure, uint32_t range, int64_t start_s, uint32_t length_s)
{
	int64_t since_s = range != RANGE_CONTROL ? find_since(tenure, range) : 0;
	if (since_s <= start_s)
		return 1;
	double late = (double)(since_s - start_s) / length_s;
	return late < 1 ? 1 - late : 0;
}

static int64_t *begin_all(uint32_t range_count, int64_t time_s)
{
	int64_t *since_s = malloc((range_count + 1) * sizeof *since_s);
	for (uint32_t i = 0; since_s && i < range_count; i++)
		since_s[i] = time_s;
	return since_s;
}

void tenure_change(struct tenure *tenure, const struct rules_change *change, uint32_t former_count)
{
	int64_t *since_s = begin_all(ranges_count(change->rules.ranges), change->time_us / 1000000);
	for (uint32_t i = 0; since_s && i < former_count; i++)
		if (change->numbers[i] != RANGE_NONE)
			since_s[change->numbers[i]] = find_since(tenure, i);
	free(tenure->since_s);
	tenure->since_s = since_s;
}

void tenure_save(const struct tenure *tenure, uint32_t range_count, struct pack_writer *writer)
{
	for (uint32_t i = 0; i < range_count; i++)
		pack_put_i64(writer, find_since(tenure, i));
}

int tenure_load(struct tenure *tenure, uint32_t range_count, struct pack_reader *reader,
	const struct meter_numbering *numbering, int64_t time_s)
{
	tenure->since_s = begin_all(range_count, time_s);
	if (!tenure->since_s)
		return -ENOMEM;
	for (uint32_t i = 0; i < numbering->range_count; i++) {
		int64_t since_s = pack_get_time_s(reader);
		if (numbering->ranges[i] != METER_UNKNOWN)
			tenure->since_s[numbering->ranges[i]] = since_s;
	}
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/watched_prefixes.h"

#include <stdlib.h>
#include <string.h>

struct filter_prefix *watched_prefixes_make(const struct ranges *ranges, size_t *ret_count)
{
	uint32_t count = ranges_prefixes(ranges, RANGE_NONE, NULL, 0);
	struct filter_prefix *prefixes = calloc(count + 1, sizeof *prefixes);
	struct prefix *found = calloc(count + 1, sizeof *found);

	if (prefixes && found) {
		ranges_prefixes(ranges, RANGE_NONE, found, count);
		for (uint32_t i = 0; i < count; i++) {
			memcpy(prefixes[i].network, found[i].network.bytes, 16);
			prefixes[i].bits = found[i].bits;
		}
		*ret_count = count;
	} else {
		free(prefixes);
		prefixes = NULL;
	}
	free(found);
	return prefixes;
}

struct filter_sample watched_sample(const struct sample *sample)
{
	return (struct filter_sample){
		{sample->odd[0], sample->odd[1]}, sample->limit, SAMPLE_SHIFT};
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/history.h"

void history_put(struct history *history, uint32_t scale, uint32_t scale_s, int64_t start_s,
	uint64_t bytes)
{
	uint32_t number = (uint32_t)(start_s / scale_s);
	uint32_t slot = number % HISTORY_BUCKETS;
	history->bucket[scale][slot] = number + 1;
	history->bytes[scale][slot] = bytes;
}

static uint64_t sum_scale(const struct history *history, uint32_t scale, uint32_t first,
	uint32_t last)
{
	uint64_t sum = 0;
	for (uint32_t slot = 0; slot < HISTORY_BUCKETS; slot++) {
		uint32_t number = history->bucket[scale][slot];
		if (number > first && number <= last + 1)
			sum += history->bytes[scale][slot];
	}
	return sum;
}

uint64_t history_sum(const struct history *history, const uint32_t scales_s[HISTORY_SCALES],
	int64_t start_s, int64_t end_s)
{
	uint32_t scale = 0;
	if (end_s <= start_s)
		return 0;
	while (scale + 1 < HISTORY_SCALES &&
		end_s - start_s > (int64_t)HISTORY_BUCKETS * scales_s[scale])
		scale++;
	return sum_scale(history, scale, (uint32_t)(start_s / scales_s[scale]),
		(uint32_t)((end_s - 1) / scales_s[scale]));
}

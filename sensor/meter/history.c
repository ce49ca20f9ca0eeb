/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/history.h"

#define BYTES_MAX (UINT64_C(1) << 53) /* the sum of all buckets is below 2^64 */

void history_put(
	struct history *history, uint32_t scale, uint32_t scale_s, int64_t start_s, uint64_t bytes)
{
	uint32_t number = (uint32_t)(start_s / scale_s);
	uint32_t slot = number % HISTORY_BUCKETS;
	history->bucket[scale][slot] = number + 1;
	history->bytes[scale][slot] = bytes;
}

/* The finest remembered bucket that holds `time_s`: its scale, or -1. */
static int find_bucket(
	const struct history *history, const uint32_t scales_s[HISTORY_SCALES], int64_t time_s)
{
	for (int scale = 0; scale < HISTORY_SCALES; scale++) {
		uint32_t number = (uint32_t)(time_s / scales_s[scale]);
		if (history->bucket[scale][number % HISTORY_BUCKETS] == number + 1)
			return scale;
	}
	return -1;
}

uint64_t history_sum(const struct history *history, const uint32_t scales_s[HISTORY_SCALES],
	int64_t start_s, int64_t end_s)
{
	double sum = 0;
	int64_t time_s = start_s;
	while (time_s < end_s) {
		int found = find_bucket(history, scales_s, time_s);
		uint32_t scale_s = scales_s[found < 0 ? 0 : found];
		int64_t behind_s = (time_s / scale_s + 1) * scale_s;
		int64_t until_s = behind_s < end_s ? behind_s : end_s;
		if (found >= 0)
			sum += (double)history->bytes[found][time_s / scale_s % HISTORY_BUCKETS] *
			       (double)(until_s - time_s) / scale_s;
		time_s = until_s;
	}
	return (uint64_t)(sum + 0.5);
}

void history_save(const struct history *history, struct pack_writer *writer)
{
	for (int scale = 0; scale < HISTORY_SCALES; scale++)
		for (int slot = 0; slot < HISTORY_BUCKETS; slot++) {
			pack_put_u32(writer, history->bucket[scale][slot]);
			pack_put_u64(writer, history->bytes[scale][slot]);
		}
}

void history_load(struct history *history, struct pack_reader *reader)
{
	for (int scale = 0; scale < HISTORY_SCALES; scale++)
		for (int slot = 0; slot < HISTORY_BUCKETS; slot++) {
			history->bucket[scale][slot] = pack_get_u32(reader);
			history->bytes[scale][slot] = pack_get_u64(reader);
			if (history->bytes[scale][slot] > BYTES_MAX)
				pack_fail(reader);
		}
}

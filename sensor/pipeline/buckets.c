/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/buckets.h"

const uint32_t buckets_scales_s[BUCKETS_SCALES] = {60, 3600, 86400, 604800};

int buckets_init(struct buckets *buckets, const struct meter_settings *metering)
{
	struct meter_settings settings = *metering;
	int error = 0;
	*buckets = (struct buckets){0};
	for (int scale = 0; scale < BUCKETS_SCALES && error == 0; scale++) {
		error = meter_new(&settings, &buckets->scales[scale].meter);
		settings.has_rosters = false; /* the ranges' memories take over */
	}
	return error;
}

void buckets_done(struct buckets *buckets)
{
	for (int scale = 0; scale < BUCKETS_SCALES; scale++)
		meter_free(buckets->scales[scale].meter);
}

void buckets_add_minute(struct buckets *buckets, int64_t start_s, double coverage,
	struct meter *const *meters, uint32_t count)
{
	for (int scale = 0; scale < BUCKETS_SCALES; scale++) {
		struct bucket *bucket = &buckets->scales[scale];
		if (!bucket->is_open) {
			bucket->start_s = start_s - start_s % buckets_scales_s[scale];
			bucket->since_s = start_s;
			bucket->covered_s = 0;
			bucket->is_open = true;
		}
		bucket->covered_s += coverage * buckets_scales_s[0];
	}
	for (uint32_t i = 0; i < count; i++) {
		meter_merge(buckets->scales[0].meter, meters[i]);
		meter_clear(meters[i]);
	}
}

bool buckets_is_over(const struct buckets *buckets, uint32_t scale, int64_t time_s)
{
	const struct bucket *bucket = &buckets->scales[scale];
	return bucket->is_open && bucket->start_s + buckets_scales_s[scale] <= time_s;
}

double buckets_coverage(const struct buckets *buckets, uint32_t scale)
{
	return buckets->scales[scale].covered_s / buckets_scales_s[scale];
}

void buckets_pass_on(struct buckets *buckets, uint32_t scale)
{
	struct bucket *bucket = &buckets->scales[scale];
	if (scale + 1 < BUCKETS_SCALES)
		meter_merge(buckets->scales[scale + 1].meter, bucket->meter);
	meter_clear(bucket->meter);
	bucket->is_open = false;
}

void buckets_renumber(struct buckets *buckets, const uint32_t *numbers, uint32_t range_count)
{
	for (int scale = 0; scale < BUCKETS_SCALES; scale++)
		meter_renumber(buckets->scales[scale].meter, numbers, range_count);
}

void buckets_save(const struct buckets *buckets, struct pack_writer *writer)
{
	for (int scale = 0; scale < BUCKETS_SCALES; scale++) {
		const struct bucket *bucket = &buckets->scales[scale];
		pack_put_u8(writer, bucket->is_open);
		pack_put_i64(writer, bucket->start_s);
		pack_put_double(writer, bucket->covered_s);
		meter_save(bucket->meter, writer);
	}
}

int buckets_load(struct buckets *buckets, struct pack_reader *reader,
	const struct meter_numbering *numbering)
{
	int error = 0;
	for (int scale = 0; scale < BUCKETS_SCALES && error == 0; scale++) {
		struct bucket *bucket = &buckets->scales[scale];
		bucket->is_open = pack_get_bool(reader);
		bucket->start_s = bucket->since_s = pack_get_time_s(reader);
		if (bucket->start_s % buckets_scales_s[scale] != 0)
			pack_fail(reader);
		/* Sums of shares: more than the whole by rounding at most. */
		bucket->covered_s = pack_get_amount(reader, 2 * buckets_scales_s[scale]);
		error = meter_load(bucket->meter, reader, numbering);
	}
	return error;
}

uint64_t buckets_refused(const struct buckets *buckets)
{
	uint64_t refused = 0;
	for (int scale = 0; scale < BUCKETS_SCALES; scale++)
		refused += meter_refused(buckets->scales[scale].meter);
	return refused;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/buckets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MONDAY INT64_C(1772409600) /* 2026-03-02T00:00:00Z */
#define HALF_PAST (MONDAY + 1800)
#define RANGES 2
#define TECHNIQUES 2
#define MINUTE 0
#define HOUR 1

static const struct meter_settings metering = {RANGES, TECHNIQUES, 64, 1, true};
static struct buckets buckets;
static struct meter *worker;

static int begin(void **state)
{
	(void)state;
	return buckets_init(&buckets, &metering) | meter_new(&metering, &worker);
}

static int end(void **state)
{
	(void)state;
	buckets_done(&buckets);
	meter_free(worker);
	return 0;
}

/* Counts `flows` of one host in a worker's meter, and adds it as a minute seen by `coverage`. */
static void add_minute(int64_t start_s, double coverage, uint32_t range, unsigned flows)
{
	struct surgetap_address host = {{[15] = 1}};

	for (unsigned i = 0; i < flows; i++) {
		meter_add_flow(worker,
			&(struct meter_flow){.range = range, .techniques = 1, .in_total = true});
		meter_add_traffic(worker, &(struct meter_traffic){.range = range,
						  .techniques = 1,
						  .mark_host = true,
						  .host = &host,
						  .time_s = start_s});
	}
	buckets_add_minute(&buckets, start_s, coverage, &worker, 1);
}

static uint64_t flows_in(uint32_t scale, uint32_t range)
{
	const struct meter_range *counts = meter_look(buckets.scales[scale].meter, range);

	return counts ? counts->cells[0].flows : 0;
}

static void bucket_begins_with_its_first_minute_not_at_its_full_hour(void **state)
{
	static const int64_t starts_s[BUCKETS_SCALES] = {
		HALF_PAST, MONDAY, MONDAY, MONDAY - INT64_C(4) * 86400};

	(void)state;
	add_minute(HALF_PAST, 1, 0, 1);
	for (uint32_t scale = 0; scale < BUCKETS_SCALES; scale++) {
		assert_true(buckets.scales[scale].is_open);
		assert_int_equal(buckets.scales[scale].start_s, starts_s[scale]);
		assert_int_equal(buckets.scales[scale].since_s, HALF_PAST);
	}
}

static void later_minute_moves_the_begin_of_the_hour(void **state)
{
	(void)state;
	add_minute(HALF_PAST, 1, 0, 1);
	buckets_pass_on(&buckets, MINUTE);
	add_minute(HALF_PAST + 60, 1, 0, 1);
	assert_int_equal(buckets.scales[MINUTE].since_s, HALF_PAST + 60);
	assert_int_equal(buckets.scales[HOUR].since_s, HALF_PAST);
	assert_int_equal(buckets.scales[HOUR].start_s, MONDAY);
}

static void bucket_is_over_a_second_too_early_or_without_a_begin(void **state)
{
	(void)state;
	assert_false(buckets_is_over(&buckets, HOUR, INT64_MAX));
	add_minute(HALF_PAST, 1, 0, 1);
	assert_false(buckets_is_over(&buckets, HOUR, MONDAY + 3599));
	assert_true(buckets_is_over(&buckets, HOUR, MONDAY + 3600));
	assert_true(buckets_is_over(&buckets, MINUTE, HALF_PAST + 60));
	buckets_pass_on(&buckets, HOUR);
	assert_false(buckets_is_over(&buckets, HOUR, INT64_MAX));
}

static void half_seen_minutes_count_as_seen(void **state)
{
	(void)state;
	for (int i = 0; i < 30; i++)
		add_minute(MONDAY + i * 60, i % 2 ? 1 : 0.5, 0, 0);
	assert_true(buckets_coverage(&buckets, HOUR) == 0.375);
	buckets_pass_on(&buckets, HOUR);
	add_minute(MONDAY + 3600, 1, 0, 0);
	assert_true(buckets_coverage(&buckets, HOUR) == 1. / 60);
}

static void counts_stay_behind_when_a_bucket_ends(void **state)
{
	(void)state;
	add_minute(MONDAY, 1, 0, 3);
	assert_int_equal(flows_in(MINUTE, 0), 3);
	assert_int_equal(flows_in(HOUR, 0), 0); /* not before the minute ends */
	buckets_pass_on(&buckets, MINUTE);
	assert_int_equal(flows_in(MINUTE, 0), 0);
	assert_int_equal(flows_in(HOUR, 0), 3);
	add_minute(MONDAY + 60, 1, 0, 4);
	assert_int_equal(meter_look(worker, 0)->cells[0].flows, 0);
	for (uint32_t scale = 0; scale < BUCKETS_SCALES; scale++)
		buckets_pass_on(&buckets, scale);
	for (uint32_t scale = 0; scale < BUCKETS_SCALES; scale++)
		assert_int_equal(flows_in(scale, 0), 0); /* a week has nowhere to go */
	assert_int_equal(buckets_refused(&buckets), 0);
}

/* Who was there is remembered by ranges; a copy in each bucket would take its memory four times. */
static void hours_keep_rosters_like_minutes(void **state)
{
	(void)state;
	add_minute(MONDAY, 1, 0, 1);
	assert_int_equal(meter_look(buckets.scales[MINUTE].meter, 0)->cells[0].roster.count, 1);
	buckets_pass_on(&buckets, MINUTE);
	assert_int_equal(meter_look(buckets.scales[HOUR].meter, 0)->cells[0].roster.count, 0);
	assert_true(hosts_count(&meter_look(buckets.scales[HOUR].meter, 0)->cells[0].hosts) == 1);
}

static void counts_of_a_scale_keep_the_former_number_of_their_range(void **state)
{
	static const uint32_t exchanged[RANGES] = {1, 0};

	(void)state;
	add_minute(MONDAY, 1, 0, 3);
	buckets_pass_on(&buckets, MINUTE);
	add_minute(MONDAY + 60, 1, 0, 4);
	buckets_renumber(&buckets, exchanged, RANGES);
	assert_int_equal(flows_in(MINUTE, 1), 4);
	assert_int_equal(flows_in(HOUR, 1), 3);
	assert_int_equal(flows_in(MINUTE, 0) + flows_in(HOUR, 0), 0);
}

static void saved_bucket_is_seen_anew_or_from_another_time(void **state)
{
	const struct meter_numbering same = {(const uint32_t[]){0, 1}, RANGES, {0, 1}, TECHNIQUES};
	uint8_t buffer[64];
	struct pack_heap saved = {0};
	struct pack_writer writer = {buffer, sizeof(buffer), 0, pack_heap_take, &saved, 0};
	struct buckets loaded;

	(void)state;
	add_minute(HALF_PAST, 0.5, 0, 3);
	buckets_pass_on(&buckets, MINUTE);
	buckets_save(&buckets, &writer);
	assert_int_equal(pack_flush(&writer), 0);
	struct pack_reader reader = {.next = saved.bytes, .left = saved.used};
	assert_int_equal(buckets_init(&loaded, &metering), 0);
	assert_int_equal(buckets_load(&loaded, &reader, &same), 0);
	assert_int_equal(reader.error, 0);
	assert_int_equal(reader.left, 0);
	assert_false(loaded.scales[MINUTE].is_open);
	assert_true(loaded.scales[HOUR].is_open);
	assert_int_equal(loaded.scales[HOUR].start_s, MONDAY);
	assert_true(buckets_coverage(&loaded, HOUR) == buckets_coverage(&buckets, HOUR));
	assert_int_equal(meter_look(loaded.scales[HOUR].meter, 0)->cells[0].flows, 3);
	buckets_done(&loaded);
	pack_heap_done(&saved);
}

#define BUCKETS_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BUCKETS_TEST(bucket_begins_with_its_first_minute_not_at_its_full_hour),
		BUCKETS_TEST(later_minute_moves_the_begin_of_the_hour),
		BUCKETS_TEST(bucket_is_over_a_second_too_early_or_without_a_begin),
		BUCKETS_TEST(half_seen_minutes_count_as_seen),
		BUCKETS_TEST(counts_stay_behind_when_a_bucket_ends),
		BUCKETS_TEST(hours_keep_rosters_like_minutes),
		BUCKETS_TEST(counts_of_a_scale_keep_the_former_number_of_their_range),
		BUCKETS_TEST(saved_bucket_is_seen_anew_or_from_another_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

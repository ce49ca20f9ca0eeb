/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/tenure.h"

#include "tests/unit/watched_ranges.h"

#define NOON INT64_C(1772452800) /* 2026-03-02T12:00:00Z */
#define HOUR 3600

static struct ranges *first, *next;

/* "new" comes, "gone" goes, "kept" gets another number. */
static int begin(void **state)
{
	(void)state;
	first = make_ranges((const char *const[]){"10.0.0.0/8=kept", "10.1.0.0/16=gone", NULL});
	next = make_ranges((const char *const[]){"192.0.2.0/24=new", "10.0.0.0/8=kept", NULL});
	return 0;
}

static int end(void **state)
{
	(void)state;
	ranges_free(first);
	ranges_free(next);
	return 0;
}

enum { NEW, KEPT }; /* numbers in `next` */

static struct tenure change_at(int64_t time_s)
{
	struct tenure tenure = {0};
	struct rules_change change = {.rules = {.ranges = next},
		.numbers = (uint32_t[]){KEPT, RANGE_NONE},
		.time_us = time_s * 1000000};

	tenure_change(&tenure, &change, ranges_count(first));
	return tenure;
}

static void range_of_the_start_was_not_watched_before(void **state)
{
	struct tenure tenure = {0};

	(void)state;
	assert_true(tenure_share(&tenure, 0, NOON, HOUR) == 1);
	assert_true(tenure_share(&tenure, 1, 0, HOUR) == 1);
}

static void new_range_is_taken_for_silent_before_it_came(void **state)
{
	struct tenure tenure = change_at(NOON + 45 * 60);

	(void)state;
	assert_true(tenure_share(&tenure, NEW, NOON - HOUR, HOUR) == 0);
	assert_true(tenure_share(&tenure, NEW, NOON, HOUR) == 0.25);
	assert_true(tenure_share(&tenure, NEW, NOON + HOUR, HOUR) == 1);
	tenure_done(&tenure);
}

static void range_that_stays_loses_what_was_seen_of_it(void **state)
{
	struct tenure tenure = change_at(NOON + 45 * 60);

	(void)state;
	assert_true(tenure_share(&tenure, KEPT, NOON, HOUR) == 1);
	tenure_done(&tenure);
}

static void second_change_forgets_the_first(void **state)
{
	struct tenure tenure = change_at(NOON + 15 * 60);
	struct rules_change change = {.rules = {.ranges = first},
		.numbers = (uint32_t[]){1, 0}, /* "new" becomes number 1, "kept" number 0 */
		.time_us = (NOON + 30 * 60) * 1000000};

	(void)state;
	tenure_change(&tenure, &change, ranges_count(next));
	assert_true(tenure_share(&tenure, 1, NOON, HOUR) == 0.75);
	assert_true(tenure_share(&tenure, 0, NOON, HOUR) == 1);
	tenure_done(&tenure);
}

static void control_group_is_looked_for_among_the_ranges(void **state)
{
	struct tenure tenure = change_at(NOON + 45 * 60);

	(void)state;
	assert_true(tenure_share(&tenure, RANGE_CONTROL, NOON, HOUR) == 1);
	tenure_done(&tenure);
}

static void saved_tenure_goes_to_another_range(void **state)
{
	/* After the start "kept" is number 0, "new" is gone, number 1 is one not known before. */
	const struct meter_numbering now = {(const uint32_t[]){METER_UNKNOWN, 0}, 2, {0}, 0};
	uint8_t buffer[64];
	struct pack_heap saved = {0};
	struct pack_writer writer = {buffer, sizeof(buffer), 0, pack_heap_take, &saved, 0};
	struct tenure tenure = change_at(NOON + 15 * 60), loaded = {0};

	(void)state;
	tenure_save(&tenure, ranges_count(next), &writer);
	assert_int_equal(pack_flush(&writer), 0);
	struct pack_reader reader = {.next = saved.bytes, .left = saved.used};
	assert_int_equal(tenure_load(&loaded, 2, &reader, &now, NOON + 30 * 60), 0);
	assert_int_equal(reader.error, 0);
	assert_int_equal(reader.left, 0);
	assert_true(tenure_share(&loaded, 0, NOON, HOUR) == 1);
	assert_true(tenure_share(&loaded, 1, NOON, HOUR) == 0.5);
	tenure_done(&loaded);
	tenure_done(&tenure);
	pack_heap_done(&saved);
}

#define TENURE_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TENURE_TEST(range_of_the_start_was_not_watched_before),
		TENURE_TEST(new_range_is_taken_for_silent_before_it_came),
		TENURE_TEST(range_that_stays_loses_what_was_seen_of_it),
		TENURE_TEST(second_change_forgets_the_first),
		TENURE_TEST(control_group_is_looked_for_among_the_ranges),
		TENURE_TEST(saved_tenure_goes_to_another_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

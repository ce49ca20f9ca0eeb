/* SPDX-License-Identifier: Apache-2.0 */
#include "web/ledger.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HOUR_MS INT64_C(3600000)
#define MINUTE_MS INT64_C(60000)
#define NOW_MS (HOUR_MS * 500000)

static struct ledger_range range; /* as it was copied last */
static struct ledger_techniques techniques;

static void add(struct ledger *ledger, size_t number, int64_t ms, const char *hosts)
{
	struct ledger_slot minute = {.minutes = 1};
	ledger_take_field(ledger, &minute, "tor_hosts", strlen("tor_hosts"), hosts);
	ledger_add_minute(ledger, number, ms, &minute);
}

static double hour(struct ledger *ledger, int64_t ms)
{
	assert_true(ledger_copy(ledger, 0, &range, &techniques));
	return ledger_hour(&range, ms / HOUR_MS, 0, LEDGER_HOSTS);
}

static void the_past_is_counted_once_whichever_way_it_is_read(void **state)
{
	struct ledger *ledger = ledger_new();
	(void)state;
	assert_int_equal(ledger_find_range(ledger, "a"), 0);
	add(ledger, 0, NOW_MS, "10");
	for (int64_t i = 1; i <= 180; i++)
		add(ledger, 0, NOW_MS - i * MINUTE_MS, "4");
	add(ledger, 0, NOW_MS - 20 * MINUTE_MS, "900"); /* is known */
	add(ledger, 0, NOW_MS + MINUTE_MS, "20");
	assert_true(hour(ledger, NOW_MS - HOUR_MS) == 4.0);
	assert_true(hour(ledger, NOW_MS) == 15.0);
	/* The last sixty minutes: 58 of the past and the two new ones. */
	assert_true(fabs(ledger_now(&range, 0, LEDGER_HOSTS) - (58 * 4 + 30) / 60.0) < 1e-6);
	ledger_free(ledger);
}

static void what_is_too_old_takes_no_place_of_what_is_new(void **state)
{
	struct ledger *ledger = ledger_new();
	(void)state;
	ledger_find_range(ledger, "a");
	add(ledger, 0, NOW_MS, "10");
	add(ledger, 0, NOW_MS - (LEDGER_HOURS - 1) * HOUR_MS, "5");
	assert_true(hour(ledger, NOW_MS - (LEDGER_HOURS - 1) * HOUR_MS) == 5.0);
	assert_false(range.is_complete);
	add(ledger, 0, NOW_MS - LEDGER_HOURS * HOUR_MS, "7");
	assert_true(hour(ledger, NOW_MS) == 10.0);
	assert_true(range.is_complete);
	ledger_free(ledger);
}

static void a_range_that_is_gone_leaves_the_others_as_they_are(void **state)
{
	struct ledger *ledger = ledger_new();
	struct ledger_sum sum;
	(void)state;
	ledger_find_range(ledger, "gone");
	ledger_find_range(ledger, "kept");
	add(ledger, 1, NOW_MS, "3");
	ledger_sweep(ledger);
	ledger_find_range(ledger, "kept");
	ledger_sweep(ledger);
	ledger_sum(ledger, &sum);
	assert_int_equal(sum.ranges, 1);
	assert_true(hour(ledger, NOW_MS) == 3.0);
	assert_string_equal(range.name, "kept");
	assert_false(ledger_copy(ledger, 1, &range, &techniques));
	ledger_free(ledger);
}

/* Names "aa" to "zj" are looked for; there are more than there is room for. */
static void look_for_all(struct ledger *ledger)
{
	for (char name[8] = "a"; name[0] <= 'z'; name[0]++)
		for (name[1] = 'a'; name[1] <= 'j'; name[1]++)
			ledger_find_range(ledger, name);
	ledger_sweep(ledger);
}

static void ranges_without_room_are_counted_once_for_each_search(void **state)
{
	struct ledger *ledger = ledger_new();
	struct ledger_sum sum;
	(void)state;
	for (int round = 0; round < 3; round++) {
		look_for_all(ledger);
		ledger_sum(ledger, &sum);
		assert_int_equal(sum.ranges, LEDGER_RANGES_MAX);
		assert_int_equal(sum.left_out, 26 * 10 - LEDGER_RANGES_MAX);
	}
	ledger_free(ledger);
}

static int number_of(struct ledger *ledger, const char *name)
{
	for (size_t i = 0; ledger_copy(ledger, i, &range, &techniques); i++)
		if (strcmp(range.name, name) == 0)
			return (int)i;
	return -1;
}

static void range_with_an_open_alert_is_left_out_for_one_that_was_met_before(void **state)
{
	static const char *const open[] = {"zi", "ab", "zj"};
	struct ledger *ledger = ledger_new();
	struct ledger_sum sum;
	(void)state;
	look_for_all(ledger);
	assert_int_equal(number_of(ledger, "zi"), -1);
	add(ledger, LEDGER_RANGES_MAX - 1, NOW_MS, "10");
	ledger_put_first(ledger, open, 3);
	for (int round = 0; round < 2; round++) {
		look_for_all(ledger);
		ledger_sum(ledger, &sum);
		assert_int_equal(sum.ranges, LEDGER_RANGES_MAX);
		assert_int_equal(sum.left_out, 26 * 10 - LEDGER_RANGES_MAX);
		assert_int_equal(number_of(ledger, "ab"), 1); /* has a place already */
		assert_int_equal(number_of(ledger, "zj"), LEDGER_RANGES_MAX - 2);
		assert_int_equal(number_of(ledger, "zi"), LEDGER_RANGES_MAX - 1);
		assert_int_equal(range.last_ms, -1); /* nothing of who was there before */
	}
	ledger_free(ledger);
}

static void ranges_with_open_alerts_take_places_from_each_other(void **state)
{
	const char *open[26 * 10];
	char names[26 * 10][3];
	struct ledger *ledger = ledger_new();
	struct ledger_sum sum;
	uint64_t version;
	(void)state;
	for (size_t i = 0; i < sizeof open / sizeof *open; i++) {
		memcpy(names[i], (char[]){(char)('a' + i / 10), (char)('a' + i % 10), '\0'}, 3);
		open[i] = names[i];
	}
	ledger_put_first(ledger, open, sizeof open / sizeof *open);
	look_for_all(ledger);
	ledger_sum(ledger, &sum);
	version = sum.version;
	look_for_all(ledger);
	ledger_sum(ledger, &sum);
	assert_true(sum.version == version);
	assert_int_equal(sum.left_out, 26 * 10 - LEDGER_RANGES_MAX);
	ledger_free(ledger);
}

static void a_stream_that_begins_anew_is_not_mixed_with_what_was(void **state)
{
	struct ledger *ledger = ledger_new();
	(void)state;
	ledger_find_range(ledger, "a");
	add(ledger, 0, NOW_MS, "10");
	ledger_clear(ledger, 0);
	add(ledger, 0, NOW_MS - 30 * MINUTE_MS, "4");
	assert_true(isnan(hour(ledger, NOW_MS)));
	assert_int_equal(range.last_ms, NOW_MS - 30 * MINUTE_MS);
	ledger_free(ledger);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_past_is_counted_once_whichever_way_it_is_read),
		cmocka_unit_test(what_is_too_old_takes_no_place_of_what_is_new),
		cmocka_unit_test(a_range_that_is_gone_leaves_the_others_as_they_are),
		cmocka_unit_test(ranges_without_room_are_counted_once_for_each_search),
		cmocka_unit_test(range_with_an_open_alert_is_left_out_for_one_that_was_met_before),
		cmocka_unit_test(ranges_with_open_alerts_take_places_from_each_other),
		cmocka_unit_test(a_stream_that_begins_anew_is_not_mixed_with_what_was),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "packet/datagram.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define CAPACITY 2

static struct datagram_table *table;
static struct datagram datagram;

static int begin(void **state)
{
	(void)state;
	return datagram_table_new(CAPACITY, &table);
}

static int end(void **state)
{
	(void)state;
	datagram_table_free(table);
	return 0;
}

/* A part of datagram `id` that holds `text`, at its own memory. */
static bool add_at(
	int64_t time_us, uint32_t id, uint32_t offset_bytes, const char *text, bool is_last)
{
	static const uint8_t header[20] = {0x46, 0, 0, 0, 0, 0, 0x20, 1, 64, 17};
	const struct fragment_key key = {.identification = id};
	uint8_t *data = test_malloc(strlen(text));
	const struct datagram_part part = {
		header, 4, 17, is_last, offset_bytes, data, (uint32_t)strlen(text)};

	memcpy(data, text, strlen(text));
	bool is_whole = datagram_add(table, &key, time_us, &part, &datagram);
	test_free(data);
	return is_whole;
}

static bool add(uint32_t id, uint32_t offset_bytes, const char *text, bool is_last)
{
	return add_at(0, id, offset_bytes, text, is_last);
}

static void assert_holds(const char *text)
{
	assert_int_equal(datagram.payload_bytes, strlen(text));
	assert_memory_equal(datagram.ip + datagram.header_bytes, text, strlen(text));
	assert_int_equal(datagram.ip[2] << 8 | datagram.ip[3], 20 + strlen(text));
	assert_int_equal(datagram.ip[0], 0x45); /* options are left out */
	assert_int_equal(datagram.ip[6] | datagram.ip[7], 0);
	assert_int_equal(datagram.transport, 17);
}

static void parts_in_some_order_are_lost(void **state)
{
	static const unsigned orders[][3] = {
		{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
	static const char *const texts[] = {"first---", "secondpt", "end"};

	(void)state;
	for (uint32_t i = 0; i < 6; i++)
		for (unsigned k = 0; k < 3; k++) {
			unsigned part = orders[i][k];
			const char *text = texts[part];

			assert_int_equal(add(i, part * 8, text, part == 2), k == 2);
		}
	assert_holds("first---secondptend");
}

static void second_copy_overwrites_the_first(void **state)
{
	(void)state;
	add(1, 0, "first---", false);
	add(1, 0, "FIRST---SECONDPT", false);
	assert_true(add(1, 16, "end", true));
	assert_holds("first---SECONDPTend");
}

static void double_of_the_last_part_begins_another(void **state)
{
	struct datagram_stats stats;

	(void)state;
	add(1, 0, "first---", false);
	assert_true(add(1, 8, "end", true));
	assert_false(add(1, 8, "end", true));
	add(2, 0, "first---", false);
	assert_true(add(2, 8, "end", true));
	datagram_table_stats(table, &stats);
	assert_int_equal(stats.whole, 2);
	assert_int_equal(stats.lost, 0);
}

static void number_used_again_gives_the_old_bytes(void **state)
{
	(void)state;
	add(1, 0, "first---", false);
	add(1, 8, "end", true);
	assert_false(add(1, 0, "other---", false));
	assert_true(add(1, 8, "one", true));
	assert_holds("other---one");
}

static void part_from_long_ago_is_used(void **state)
{
	(void)state;
	add_at(0, 1, 0, "first---", false);
	assert_false(add_at(FRAGMENT_LIFETIME_US + 1, 1, 8, "end", true));
	assert_true(add_at(FRAGMENT_LIFETIME_US + 1, 1, 0, "other---", false));
	assert_holds("other---end");
	add_at(INT64_MIN, 1, 0, "first---", false);
	assert_false(add_at(INT64_MAX, 1, 8, "end", true));
}

static void more_than_the_oldest_is_lost_when_full(void **state)
{
	struct datagram_stats stats;

	(void)state;
	for (uint32_t id = 0; id <= CAPACITY; id++)
		add(id, 0, "first---", false);
	assert_false(add(0, 8, "end", true));
	assert_true(add(CAPACITY, 8, "end", true));
	datagram_table_stats(table, &stats);
	assert_int_equal(stats.lost, 2);
}

static void contradiction_is_taken_for_a_datagram(void **state)
{
	static char huge[DATAGRAM_BYTES_MAX - 15];

	(void)state;
	memset(huge, 'x', sizeof huge - 1);
	assert_false(add(1, 0, "no multiple", false));
	assert_false(add(1, 8, "", true));
	assert_false(add(1, 65528, "beyond", true));
	assert_false(add(1, 8, huge, true));
	/* an end before what has come, a hole that the count alone does not show */
	add(2, 16, "third---", false);
	assert_false(add(2, 8, "end-----", true));
	assert_false(add(2, 24, "end", true));
	/* two ends */
	assert_false(add(2, 8, "end", true));
	assert_false(add(2, 0, "first---", false));
	assert_true(add(2, 8, "second--", false));
	assert_holds("first---second--third---end");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(parts_in_some_order_are_lost),
		TEST(second_copy_overwrites_the_first),
		TEST(double_of_the_last_part_begins_another),
		TEST(number_used_again_gives_the_old_bytes),
		TEST(part_from_long_ago_is_used),
		TEST(more_than_the_oldest_is_lost_when_full),
		TEST(contradiction_is_taken_for_a_datagram),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

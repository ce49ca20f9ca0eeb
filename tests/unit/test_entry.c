/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/entry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "publish/usage.h"

static void key_of_any_name_needs_no_quoting(void **state)
{
	(void)state;
	char key[ENTRY_KEY_SIZE];
	assert_string_equal(entry_make_key("star-jv_1.b", key, sizeof key), "star-jv_1.b");
	assert_string_equal(
		entry_make_key("a b\n{c}:*%\xff", key, sizeof key), "a%20b%0A%7Bc%7D%3A%2A%25%FF");
	char name[512];
	memset(name, ' ', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	assert_int_equal(strlen(entry_make_key(name, key, sizeof key)), 255);
}

static void assert_entry(const struct publisher_usage *usage, enum entry_kind kind,
	const char *stream, const char *id)
{
	const char *strings[ENTRY_STRINGS_MAX];
	struct entry *entry = entry_new_usage(usage);
	assert_int_equal(entry->kind, kind);
	assert_int_equal(entry_list(entry, strings, ENTRY_STRINGS_MAX), 2);
	assert_string_equal(strings[0], stream);
	assert_string_equal(strings[1], id);
	entry_free(entry);
}

/* Redis has no negative ids and refuses 0-0. */
static void bucket_before_1970_has_an_id_that_redis_takes(void **state)
{
	(void)state;
	static const struct {
		int64_t time_s;
		const char *id;
	} ids[] = {{1763704800, "1763704800000-0"}, {0, "0-1"}, {-60, "0-1"}};
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
		struct publisher_usage usage = {.range = "r",
			.start_s = ids[i].time_s,
			.since_s = ids[i].time_s,
			.scale_s = 60};
		assert_entry(&usage, ENTRY_MINUTE, "usage:r", ids[i].id);
	}
}

/* A run ended at half past, another one began: both have a piece of the hour to tell. */
static void pieces_of_an_hour_have_ids_of_their_own_in_their_order(void **state)
{
	(void)state;
	struct publisher_usage usage = {
		.range = "r", .start_s = 1763704800, .since_s = 1763704800, .scale_s = 3600};
	assert_entry(&usage, ENTRY_HOUR, "usage-hour:r", "1763704800000-0");
	usage.since_s += 1860;
	assert_entry(&usage, ENTRY_HOUR, "usage-hour:r", "1763704800000-1860");
	assert_true(entry_takes_scale(60) && entry_takes_scale(3600));
	assert_false(entry_takes_scale(86400));
}

static void usage_line_is_json_with_integers_where_they_are(void **state)
{
	(void)state;
	static const struct publisher_field fields[] = {
		{"vpn_flows", 12}, {"vpn_bytes", 1234567890123.0}, {"coverage", 0.99833333333}};
	char *line = usage_format(&(struct publisher_usage){.range = "a\"\xff",
		.start_s = 1763704800,
		.scale_s = 60,
		.fields = fields,
		.count = 3});
	assert_string_equal(line,
		"{\"timestamp\":\"2025-11-21T06:00:00.000000+0000\",\"event_type\":\"usage\","
		"\"range\":\"a\\\"\\\\xff\",\"time_ms\":1763704800000,\"scale_seconds\":60,"
		"\"vpn_flows\":12,\"vpn_bytes\":1234567890123,\"coverage\":0.998333}");
	free(line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(key_of_any_name_needs_no_quoting),
		cmocka_unit_test(bucket_before_1970_has_an_id_that_redis_takes),
		cmocka_unit_test(pieces_of_an_hour_have_ids_of_their_own_in_their_order),
		cmocka_unit_test(usage_line_is_json_with_integers_where_they_are),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

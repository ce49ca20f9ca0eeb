/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/entry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
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

static void bucket_read_back_is_another_one(void **state)
{
	(void)state;
	static const struct publisher_field fields[] = {
		{"vpn_flows", 12}, {"vpn_bytes", 1234567890123.0}, {"coverage", 0.998333}};
	const struct publisher_usage usage = {.range = "a b:%\xff",
		.start_s = 1763704800,
		.since_s = 1763704800 + 1860,
		.scale_s = 3600,
		.fields = fields,
		.count = 3};
	struct publisher_field read_fields[3];
	struct publisher_usage read;
	char range[ENTRY_KEY_SIZE];
	struct entry *entry = entry_new_usage(&usage);
	assert_int_equal(entry_read_usage(entry, range, read_fields, 3, &read), 0);
	assert_string_equal(read.range, usage.range);
	assert_int_equal(read.start_s, usage.start_s);
	assert_int_equal(read.since_s, usage.since_s);
	assert_int_equal(read.scale_s, 3600);
	assert_int_equal(read.count, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(read.fields[i].name, fields[i].name);
		assert_true(read.fields[i].value == fields[i].value);
	}
	assert_int_equal(entry_read_usage(entry, range, read_fields, 2, &read), 0);
	assert_int_equal(read.count, 2);
	entry_free(entry);
}

/* What lies in a spool passed its checksum, and may come from a version that is not known. */
static void entry_that_is_no_bucket_is_read_as_one(void **state)
{
	(void)state;
	static const struct {
		enum entry_kind kind;
		size_t count;
		const char *strings;
	} wrong[] = {{ENTRY_ALERT, 2, "usage-hour:r\0001-0"}, {ENTRY_HOUR, 1, "usage-hour:r"},
		{ENTRY_HOUR, 2, "usage-hour\0001-0"}, {ENTRY_HOUR, 2, "usage-hour:r\0x-0"},
		{ENTRY_HOUR, 2, "usage-hour:r\00017"}, {ENTRY_HOUR, 0, ""}};
	struct publisher_field field;
	struct publisher_usage read;
	char range[ENTRY_KEY_SIZE];
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct entry entry = {.kind = wrong[i].kind,
			.count = wrong[i].count,
			.strings = (char *)wrong[i].strings};
		assert_int_equal(entry_read_usage(&entry, range, &field, 1, &read), -EINVAL);
	}
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
		cmocka_unit_test(bucket_read_back_is_another_one),
		cmocka_unit_test(entry_that_is_no_bucket_is_read_as_one),
		cmocka_unit_test(usage_line_is_json_with_integers_where_they_are),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

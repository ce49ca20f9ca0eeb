/* SPDX-License-Identifier: Apache-2.0 */
#include "web/hub.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void add_many(struct hub *hub, int first, int last)
{
	char id[32];
	for (int i = first; i <= last; i++) {
		snprintf(id, sizeof id, "%d-0", i);
		assert_int_equal(hub_add(hub, id, "alert", "{}"), 0);
	}
}

/* Reads everything in pieces of `piece` bytes. */
static const char *read_all(struct hub *hub, struct hub_place *place, size_t piece)
{
	static char all[HUB_EVENTS * 64];
	size_t used = 0, got;
	while ((got = hub_read(hub, place, all + used, piece)) > 0)
		used += got;
	all[used] = '\0';
	return all;
}

static void a_browser_that_comes_again_misses_and_repeats_nothing(void **state)
{
	struct hub *hub = hub_new();
	struct hub_place place;
	(void)state;
	add_many(hub, 1, 3);
	hub_add(hub, NULL, "redis", "{}");
	hub_seek(hub, "2-0", &place);
	assert_string_equal(read_all(hub, &place, 64),
		"id: 3-0\nevent: alert\ndata: {}\n\nevent: redis\ndata: {}\n\n");
	hub_seek(hub, "no id", &place);
	assert_string_equal(read_all(hub, &place, 64), "");
	hub_free(hub);
}

static void a_browser_that_was_away_too_long_is_told_to_load(void **state)
{
	struct hub *hub = hub_new();
	struct hub_place place;
	(void)state;
	add_many(hub, 1, HUB_EVENTS + 5);
	hub_seek(hub, "4-0", &place);
	assert_string_equal(read_all(hub, &place, 4096), "event: reload\ndata: {}\n\n");
	hub_seek(hub, "5-0", &place);
	assert_non_null(strstr(read_all(hub, &place, 4096), "id: 6-0\n"));
	hub_begin(hub, "3000-0");
	hub_seek(hub, "2999-0", &place);
	assert_string_equal(read_all(hub, &place, 4096), "event: reload\ndata: {}\n\n");
	hub_free(hub);
}

static void a_slow_reader_gets_no_torn_event(void **state)
{
	struct hub *hub = hub_new();
	struct hub_place place;
	char piece[64];
	(void)state;
	hub_seek(hub, NULL, &place);
	add_many(hub, 1000, 1002);
	/* Two events and a part of the third. */
	assert_int_equal(hub_read(hub, &place, piece, sizeof piece), sizeof piece);
	assert_int_equal(hub_read(hub, &place, piece, 20), 20);
	add_many(hub, 1003, 1003 + HUB_EVENTS);
	assert_string_equal(read_all(hub, &place, 4096), "\n\nevent: reload\ndata: {}\n\n");
	hub_free(hub);
}

static void data_that_is_too_long_is_refused(void **state)
{
	struct hub *hub = hub_new();
	char data[HUB_EVENT_MAX + 2];
	(void)state;
	memset(data, 'x', sizeof data);
	data[sizeof data - 1] = '\0';
	assert_int_equal(hub_add(hub, "1-0", "alert", data), -EMSGSIZE);
	assert_int_equal(hub_add(hub, "x", "alert", "{}"), -EINVAL);
	hub_free(hub);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_browser_that_comes_again_misses_and_repeats_nothing),
		cmocka_unit_test(a_browser_that_was_away_too_long_is_told_to_load),
		cmocka_unit_test(a_slow_reader_gets_no_torn_event),
		cmocka_unit_test(data_that_is_too_long_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "web/episodes.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* An entry as alerts_make() gives it; a ratio below zero: none. */
static int take(struct episodes *episodes, unsigned id, const char *alert_id, const char *state,
	const char *range, double ratio)
{
	char text[32];
	snprintf(text, sizeof text, "%u-0", id);
	json_t *alert = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:I}", "id", text, "alert_id",
		alert_id, "state", state, "range", range, "technique", "tor", "ratio",
		ratio < 0.0 ? json_null() : json_real(ratio), "time_ms", (json_int_t)id * 1000);
	int r = episodes_take(episodes, alert);
	json_decref(alert);
	return r;
}

static bool is_any(const void *user, const struct names *names, const struct episode *episode)
{
	(void)user, (void)names, (void)episode;
	return true;
}

static bool is_acked(const void *user, const struct names *names, const struct episode *episode)
{
	(void)user, (void)names;
	return episode->is_acked;
}

/* The ids of a list, with blanks between. */
static const char *list(struct episodes *episodes, const struct episode_wish *wish)
{
	static char text[4096];
	size_t index, used = 0;
	json_t *answer = episodes_list(episodes, wish), *row;
	text[0] = '\0';
	json_array_foreach(json_object_get(answer, "episodes"), index, row)
	{
		used += (size_t)snprintf(text + used, sizeof text - used, "%s ",
			json_string_value(json_object_get(row, "alert_id")));
	}
	json_decref(answer);
	return text;
}

static void the_newest_entry_is_what_counts_in_whatever_order_they_come(void **state)
{
	struct episodes *episodes = episodes_new();
	(void)state;
	take(episodes, 7, "a", "close", "r", 5);
	take(episodes, 3, "a", "open", "r", 2);
	take(episodes, 4, "b", "open", "r", 2);
	take(episodes, 5, "b", "update", "r", 4);
	json_t *open = episodes_count_open(episodes);
	assert_int_equal(json_array_size(open), 1);
	assert_int_equal(json_integer_value(json_object_get(json_array_get(open, 0), "count")), 1);
	json_decref(open);
	const struct episode_wish wish = {.is_wanted = is_any, .limit = 9};
	json_t *answer = episodes_list(episodes, &wish);
	json_t *first = json_array_get(json_object_get(answer, "episodes"), 1);
	assert_string_equal(json_string_value(json_object_get(first, "state")), "close");
	assert_int_equal(json_integer_value(json_object_get(first, "first_ms")), 3000);
	json_decref(answer);
	episodes_free(episodes);
}

static void every_order_is_kept_over_pages(void **state)
{
	struct episodes *episodes = episodes_new();
	struct episode_wish wish = {.is_wanted = is_any, .limit = 9};
	(void)state;
	take(episodes, 1, "a", "open", "range-10", 3);
	take(episodes, 2, "b", "open", "range-2", 99);
	take(episodes, 3, "c", "close", "range-1", -1);
	take(episodes, 4, "d", "close", "range-2", 3);
	wish.order = EPISODE_BY_RATIO;
	assert_string_equal(list(episodes, &wish), "d a b c ");
	wish.is_descending = true;
	assert_string_equal(list(episodes, &wish), "b d a c "); /* not known is not the most */
	wish.order = EPISODE_BY_RANGE;
	wish.is_descending = false;
	assert_string_equal(list(episodes, &wish), "c d b a ");
	wish.order = EPISODE_BY_ACK;
	episodes_set_ack(episodes, "d", true);
	assert_string_equal(list(episodes, &wish), "c b a d ");
	wish.offset = 1;
	wish.limit = 2;
	assert_string_equal(list(episodes, &wish), "b a ");
	wish.offset = 4;
	assert_string_equal(list(episodes, &wish), "");
	wish.offset = 0;
	wish.is_wanted = is_acked;
	assert_string_equal(list(episodes, &wish), "d ");
	episodes_free(episodes);
}

static void best_of_many_are_the_best(void **state)
{
	struct episodes *episodes = episodes_new();
	char id[32], wanted[256] = "";
	const struct episode_wish wish = {.is_wanted = is_any,
		.order = EPISODE_BY_RATIO,
		.is_descending = true,
		.offset = 3,
		.limit = 4};
	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		snprintf(id, sizeof id, "%u", i * 367 % 1000);
		assert_int_equal(take(episodes, i + 1, id, "open", "r", i * 367 % 1000), 0);
	}
	snprintf(wanted, sizeof wanted, "996 995 994 993 ");
	assert_string_equal(list(episodes, &wish), wanted);
	episodes_free(episodes);
}

static void a_full_memory_keeps_the_newest_and_says_so(void **state)
{
	struct episodes *episodes = episodes_new();
	struct episodes_sum sum;
	char id[32];
	(void)state;
	for (unsigned i = 1; i <= EPISODES_MAX; i++) {
		snprintf(id, sizeof id, "%u", i);
		take(episodes, i + 1, id, "open", "r", 1);
	}
	episodes_sum(episodes, &sum);
	assert_int_equal(sum.count, EPISODES_MAX);
	assert_false(sum.is_cut);
	assert_int_equal(take(episodes, 1, "old", "open", "r", 1), -ENOSPC);
	/* One that goes on is new. */
	assert_int_equal(take(episodes, EPISODES_MAX + 2, "1", "close", "r", 1), 0);
	assert_int_equal(take(episodes, EPISODES_MAX + 3, "new", "open", "r", 1), 0);
	episodes_sum(episodes, &sum);
	assert_true(sum.is_cut);
	assert_int_equal(sum.count, EPISODES_MAX - EPISODES_MAX / 10 + 1);
	const struct episode_wish wish = {.is_wanted = is_any, .is_descending = true, .limit = 2};
	assert_string_equal(list(episodes, &wish), "new 1 ");
	episodes_free(episodes);
}

static void what_left_the_stream_leaves_the_list(void **state)
{
	struct episodes *episodes = episodes_new();
	const struct stream_id second = {.ms = 2};
	const struct episode_wish wish = {.is_wanted = is_any, .limit = 9};
	(void)state;
	take(episodes, 1, "a", "open", "r", 1);
	take(episodes, 2, "b", "open", "r", 1);
	episodes_forget(episodes, &second);
	assert_string_equal(list(episodes, &wish), "b ");
	take(episodes, 3, "a", "open", "r", 1);
	assert_string_equal(list(episodes, &wish), "b a ");
	episodes_clear(episodes);
	assert_string_equal(list(episodes, &wish), "");
	episodes_free(episodes);
}

static void entries_without_a_name_of_their_own_are_refused(void **state)
{
	struct episodes *episodes = episodes_new();
	char longer[EPISODES_ID_SIZE + 1];
	(void)state;
	memset(longer, 'x', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	assert_int_equal(take(episodes, 1, longer, "open", "r", 1), -EINVAL);
	json_t *empty = json_object();
	assert_int_equal(episodes_take(episodes, empty), -EINVAL);
	json_decref(empty);
	episodes_free(episodes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_newest_entry_is_what_counts_in_whatever_order_they_come),
		cmocka_unit_test(every_order_is_kept_over_pages),
		cmocka_unit_test(best_of_many_are_the_best),
		cmocka_unit_test(a_full_memory_keeps_the_newest_and_says_so),
		cmocka_unit_test(what_left_the_stream_leaves_the_list),
		cmocka_unit_test(entries_without_a_name_of_their_own_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

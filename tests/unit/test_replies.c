/* SPDX-License-Identifier: Apache-2.0 */
/* What readers do with the answers of a server that means no good, or is no Redis. */
#include "tests/unit/redis_double.h"
#include "web/alert_walk.h"
#include "web/usage_hours.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define ANSWERS_MAX 20 /* then the server hangs up: a reader that asks on is told by its error */
#define TEXT_SIZE 65536

static struct redis_double server;
static struct store *store;

static void begin(const void *bytes, size_t count, bool is_repeated)
{
	server = (struct redis_double){
		.bytes = bytes, .count = count, .is_repeated = is_repeated, .most = ANSWERS_MAX};
	assert_int_equal(redis_double_start(&server), 0);
	store = store_new(&server.url, "");
	assert_non_null(store);
}

static int end(void **state)
{
	(void)state;
	store_free(store);
	redis_double_stop(&server);
	return 0;
}

/* A list of `count` entries, all with the id 5-5. */
static size_t write_entries(char *text, unsigned count)
{
	size_t used = (size_t)snprintf(text, TEXT_SIZE, "*%u\r\n", count);

	for (unsigned i = 0; i < count; i++)
		used += (size_t)snprintf(text + used, TEXT_SIZE - used,
			"*2\r\n$3\r\n5-5\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n");
	return used;
}

static void count_hour(void *user, int64_t ms, const struct ledger_slot *hour)
{
	(void)ms, (void)hour;
	++*(unsigned *)user;
}

static void the_same_hours_are_read_for_ever(void **state)
{
	static char text[TEXT_SIZE];
	struct ledger *ledger = ledger_new();
	unsigned hours = 0;

	(void)state;
	begin(text, write_entries(text, USAGE_HOURS_BATCH), true);
	assert_int_equal(usage_hours_read(store, ledger, "ten", 0, 1000, count_hour, &hours), 0);
	assert_int_equal(hours, 1);
	ledger_free(ledger);
}

static void the_same_alerts_are_walked_for_ever(void **state)
{
	static char text[TEXT_SIZE];
	struct alert_walk walk = {0};

	(void)state;
	begin(text, write_entries(text, ALERT_WALK_ENTRIES), true);
	while (!walk.is_over) {
		struct redis_value *entries;

		assert_int_equal(alert_walk_read(&walk, store, &entries), 0);
		for (size_t i = 0; i < redis_value_count(entries); i++)
			alert_walk_move(&walk, redis_value_item(entries, i));
		redis_value_free(entries);
	}
}

static void assert_answer_is_too_long(void)
{
	struct redis_value *value;

	assert_int_equal(store_call(store, 1, (const char *[]){"PING"}, &value), -1);
	assert_non_null(strstr(store_trouble(store), "answer too long"));
}

static void endless_text_takes_all_memory(void **state)
{
	static char text[REDIS_ANSWER_BYTES_MAX + (1u << 20)];

	(void)state;
	strcpy(text, "$4000000000\r\n");
	begin(text, sizeof(text), false);
	assert_answer_is_too_long();
}

static void announced_list_takes_all_memory(void **state)
{
	static const char text[] = "*1000000000\r\n:1\r\n";

	(void)state;
	begin(text, strlen(text), false);
	assert_answer_is_too_long();
}

static void entry_without_fields_or_id_is_looked_into(void **state)
{
	static const char text[] = "*4\r\n*2\r\n$3\r\n5-5\r\n:1\r\n*0\r\n$1\r\nx\r\n*1\r\n*-1\r\n";
	struct redis_value *entries;
	size_t length;

	(void)state;
	begin(text, strlen(text), false);
	assert_int_equal(store_read_back(store, "alerts", NULL, 4, &entries), 0);
	assert_string_equal(store_entry_id(redis_value_item(entries, 0)), "5-5");
	for (size_t i = 0; i < 5; i++) {
		const struct redis_value *entry = redis_value_item(entries, i);

		assert_true(i == 0 || store_entry_id(entry) == NULL);
		assert_null(store_field(store_entry_fields(entry), "a", &length));
	}
	redis_value_free(entries);
}

static void id_is_longer_than_its_buffers(void **state)
{
	static const char text[] = "*1\r\n*2\r\n$52\r\n"
				   "0000000000000000000000000000000000000000000000005-05\r\n*0\r\n";
	struct redis_value *entries;

	(void)state;
	begin(text, strlen(text), false);
	assert_int_equal(store_read_back(store, "alerts", NULL, 4, &entries), 0);
	assert_null(store_entry_id(redis_value_item(entries, 0)));
	redis_value_free(entries);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(the_same_hours_are_read_for_ever, end),
		cmocka_unit_test_teardown(the_same_alerts_are_walked_for_ever, end),
		cmocka_unit_test_teardown(endless_text_takes_all_memory, end),
		cmocka_unit_test_teardown(announced_list_takes_all_memory, end),
		cmocka_unit_test_teardown(entry_without_fields_or_id_is_looked_into, end),
		cmocka_unit_test_teardown(id_is_longer_than_its_buffers, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

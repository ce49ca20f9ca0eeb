/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static struct entry *numbered(int number)
{
	static const struct publisher_field field = {"n", 0};
	return entry_new_usage(&(struct publisher_usage){.range = "r",
		.start_s = number,
		.since_s = number,
		.scale_s = 60,
		.fields = &field,
		.count = 1});
}

static void assert_order(struct queue *queue, const char *expected)
{
	char found[64] = "";
	size_t taken;
	while (queue->count > 0) {
		struct entry *entry = queue_take(queue, 1, &taken);
		const char *strings[2];
		assert_int_equal(entry_list(entry, strings, 2), 2);
		snprintf(found + strlen(found), sizeof found - strlen(found), "%.1s", strings[1]);
		entry_free(entry);
	}
	assert_string_equal(found, expected);
}

static void full_queue_drops_by_its_policy(void **state)
{
	(void)state;
	static const struct {
		enum queue_policy policy;
		const char *left;
	} policies[] = {{QUEUE_KEEPS_OLDEST, "123"}, {QUEUE_KEEPS_NEWEST, "345"}};
	for (size_t i = 0; i < 2; i++) {
		struct queue queue;
		queue_init(&queue, 3, policies[i].policy);
		for (int number = 1; number <= 5; number++)
			queue_put(&queue, numbered(number));
		assert_int_equal(queue.dropped, 2);
		assert_order(&queue, policies[i].left);
		queue_done(&queue);
	}
}

static void entries_put_back_come_first_and_in_order(void **state)
{
	(void)state;
	struct queue queue;
	size_t taken;
	queue_init(&queue, 10, QUEUE_KEEPS_OLDEST);
	for (int number = 1; number <= 4; number++)
		queue_put(&queue, numbered(number));
	struct entry *batch = queue_take(&queue, 3, &taken);
	assert_int_equal(taken, 3);
	queue_put_back(&queue, batch);
	batch = queue_take(&queue, 9, &taken);
	assert_int_equal(taken, 4);
	assert_int_equal(queue.count, 0);
	queue_put_back(&queue, batch);
	queue_put(&queue, numbered(5));
	queue_put_back(&queue, NULL);
	assert_order(&queue, "12345");
	queue_done(&queue);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(full_queue_drops_by_its_policy),
		cmocka_unit_test(entries_put_back_come_first_and_in_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

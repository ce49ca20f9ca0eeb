/* SPDX-License-Identifier: Apache-2.0 */
/* The queue as a window over the spool. */
#include "publish/window.h"

#include "tests/unit/spool_folder.h"

static void take_queue(struct queue *queue, size_t max, char *numbers, size_t size)
{
	size_t taken;
	struct entry *entry = queue_take(queue, max, &taken);
	while (entry) {
		struct entry *next = entry->next;
		size_t used = strlen(numbers);
		snprintf(numbers + used, size - used, "%d ", (int)number_of(entry));
		entry_free(entry);
		entry = next;
	}
}

/* Ten alerts through a queue of three: none lost, none twice, in their order. */
static void queue_is_a_window_over_the_spool(void **state)
{
	(void)state;
	struct spool *spool = reopen(NULL, 300, 0);
	struct window window;
	struct queue queue;
	char numbers[128] = "";
	window_init(&window, spool, false);
	queue_init(&queue, 3, QUEUE_KEEPS_OLDEST);
	for (uint64_t i = 1; i <= 10; i++) {
		struct entry *entry = make_entry(i);
		window_store(&window, entry);
		window_put(&window, &queue, entry);
	}
	assert_int_equal(queue.count, 3);
	assert_int_equal(window_pending(&window), 7);
	while (queue.count > 0) {
		take_queue(&queue, 2, numbers, sizeof numbers);
		window_acknowledge(&window, &queue);
		window_load(&window, &queue);
	}
	assert_string_equal(numbers, "1 2 3 4 5 6 7 8 9 10 ");
	assert_int_equal(queue.dropped, 0);
	window_load(&window, &queue);
	assert_int_equal(window_pending(&window), 0);
	spool = reopen(spool, 300, 0);
	assert_string_equal(load_all(spool), "");
	queue_done(&queue);
	spool_close(spool);
}

/* The thread loads an alert between its way to the disk and its way to the queue. */
static void alert_loaded_from_the_spool_is_not_queued_again(void **state)
{
	(void)state;
	struct spool *spool = reopen(NULL, 0, 0);
	struct window window;
	struct queue queue;
	char numbers[64] = "";
	assert_int_equal(append(spool, 1), 0);
	window_init(&window, spool, false);
	queue_init(&queue, 9, QUEUE_KEEPS_OLDEST);
	struct entry *entry = make_entry(2);
	window_store(&window, entry);
	window_load(&window, &queue);
	window_put(&window, &queue, entry);
	take_queue(&queue, 9, numbers, sizeof numbers);
	assert_string_equal(numbers, "1 2 ");
	queue_done(&queue);
	spool_close(spool);
}

static void alert_in_flight_is_not_acknowledged_by_later_ones(void **state)
{
	(void)state;
	struct spool *spool = reopen(NULL, 0, 0);
	struct window window;
	struct queue queue;
	size_t taken;
	window_init(&window, spool, false);
	queue_init(&queue, 9, QUEUE_KEEPS_OLDEST);
	for (uint64_t i = 1; i <= 3; i++) {
		struct entry *entry = make_entry(i);
		window_store(&window, entry);
		window_put(&window, &queue, entry);
	}
	/* Redis took 1 and 3, and refused 2. */
	struct entry *first = queue_take(&queue, 3, &taken);
	struct entry *second = first->next, *third = second->next;
	entry_free(first);
	entry_free(third);
	second->next = NULL;
	queue_put_back(&queue, second);
	window_acknowledge(&window, &queue);
	queue_done(&queue);
	spool = reopen(spool, 0, 0);
	assert_string_equal(load_all(spool), "2 3 ");
	spool_close(spool);
}

/* A stream takes times in ascending order: hour 4, in Redis before 3, would keep 3 out. */
static void hour_that_finds_no_room_overtakes_none_on_the_disk(void **state)
{
	(void)state;
	struct spool *spool = reopen(NULL, 0, 300);
	struct window window;
	struct queue queue;
	char numbers[64] = "";
	window_init(&window, spool, true);
	queue_init(&queue, 1, QUEUE_KEEPS_NEWEST);
	for (uint64_t i = 1; i <= 9; i++) {
		struct entry *entry = make_entry(i);
		window_store(&window, entry);
		window_put(&window, &queue, entry);
	}
	uint64_t kept = 9 - queue.dropped;
	assert_in_range(kept, 2, 8);
	assert_int_equal(window_pending(&window), kept - 1);
	while (queue.count > 0) {
		take_queue(&queue, 1, numbers, sizeof numbers);
		window_acknowledge(&window, &queue);
		window_load(&window, &queue);
	}
	assert_int_equal(strlen(numbers), 2 * kept);
	assert_memory_equal(numbers, "1 2 3 4 5 6 7 8 9 ", 2 * kept);
	queue_done(&queue);
	spool_close(spool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SPOOL_TEST(queue_is_a_window_over_the_spool),
		SPOOL_TEST(alert_loaded_from_the_spool_is_not_queued_again),
		SPOOL_TEST(alert_in_flight_is_not_acknowledged_by_later_ones),
		SPOOL_TEST(hour_that_finds_no_room_overtakes_none_on_the_disk),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Several readers of one tap, each on its thread as live, against one that reads everything. */
#include "tests/unit/pipeline_parts.h"

#include <errno.h>
#include <pthread.h>

#define MINUTES_MAX 64
#define READERS_MAX 3
#define TALKS 2000
#define EVENTS_MAX (2 * TALKS + 16)

static struct ranges *ranges;
static struct pipeline *pipeline;

/* What comes along the tap, in order of time; `host` 0: time passes without a packet. */
struct event {
	int64_t time_us;
	unsigned host, reader, minute;
	bool is_answer;
};

static struct event events[EVENTS_MAX];
static size_t event_count;
static uint32_t reader_count;

/* The minutes as they were told. */
struct told {
	size_t count;
	struct {
		int64_t start_s;
		double coverage, hosts;
		uint64_t flows, bytes, all_flows;
	} minutes[MINUTES_MAX];
	uint64_t seconds; /* that were told, and the time of the last one */
	int64_t second_us;
	int64_t lossy_us; /* at that second packets are said to be lost; 0 none */
};

static struct told told;

static void hear_usage(void *argument, const struct analyst_usage *usage)
{
	(void)argument;
	if (usage->scale_s != 60)
		return;
	assert_true(told.count < MINUTES_MAX);
	told.minutes[told.count].start_s = usage->start_s;
	told.minutes[told.count].coverage = usage->coverage;
	if (usage->counts) {
		const struct meter_cell *cell = &usage->counts->cells[VPN + 1];

		told.minutes[told.count].flows = cell->flows;
		told.minutes[told.count].bytes = cell->bytes;
		told.minutes[told.count].hosts = hosts_count(&cell->hosts);
		told.minutes[told.count].all_flows = usage->counts->all.flows;
	}
	told.count++;
}

static void hear_second(void *argument, int64_t time_us)
{
	(void)argument;
	assert_true(time_us >= told.second_us);
	told.second_us = time_us;
	told.seconds++;
	if (told.lossy_us && time_us >= told.lossy_us) {
		pipeline_note_loss(pipeline, 0, 25, 75);
		told.lossy_us = 0;
	}
}

static void begin(uint32_t readers, uint32_t workers)
{
	memset(&told, 0, sizeof(told));
	ranges = range_ten();
	struct pipeline_settings settings = settings_of(ranges, double_plugins(), workers,
		(struct analyst_listener){hear_no_alert, hear_usage, NULL});
	settings.readers = readers;
	settings.worker.max_flows = 16384;
	settings.listener = (struct pipeline_listener){hear_second, NULL};
	assert_int_equal(pipeline_new(&settings, &pipeline), 0);
	report_vpn(true);
	reader_count = readers;
}

static int end(void **state)
{
	(void)state;
	pipeline_free(pipeline);
	ranges_free(ranges);
	pipeline = NULL, ranges = NULL;
	event_count = 0;
	return 0;
}

static void add(int64_t time_us, unsigned host, unsigned reader, bool is_answer)
{
	assert_true(event_count < EVENTS_MAX);
	events[event_count++] =
		(struct event){time_us, host, reader, (unsigned)(time_us / MINUTE % 60), is_answer};
}

static void add_talk(int64_t time_us, unsigned host, unsigned reader, unsigned answers_reader)
{
	add(time_us, host, reader, false);
	add(time_us + SECOND / 20, host, answers_reader, true);
}

/* A question and its answer every 200 ms, so that the last ones lie in the seventh minute. */
static void add_talks(unsigned (*reader_of)(unsigned host, bool is_answer))
{
	for (unsigned i = 0; i < TALKS; i++) {
		unsigned host = 1 + i * 7 % 250;

		add_talk(NOON_US + i * SECOND / 5, host, reader_of(host, false),
			reader_of(host, true));
	}
}

static void take(uint32_t reader, const struct event *event)
{
	struct end client = {{10, 0, 0, (uint8_t)event->host}, 1000 + event->minute};
	struct end server = {{10, 0, 0, 255}, 9999};

	take_datagram(pipeline, reader, event->time_us, event->is_answer ? server : client,
		event->is_answer ? client : server);
}

/* One thread: takes its own events; others tell it no more than that time passes. */
static void *read_events(void *argument)
{
	uint32_t reader = (uint32_t)(uintptr_t)argument;

	for (size_t i = 0; i < event_count; i++) {
		const struct event *event = &events[i];

		if (event->host && event->reader % reader_count == reader)
			take(reader, event);
		else if (event->time_us < NOON_US + 24 * HOUR)
			pipeline_pass_time(pipeline, reader, event->time_us);
	}
	pipeline_leave(pipeline, reader);
	return NULL;
}

static void read_all(uint32_t readers, uint32_t workers, struct pipeline_stats *ret_stats)
{
	pthread_t threads[READERS_MAX];
	int64_t lossy_us = told.lossy_us;

	begin(readers, workers);
	told.lossy_us = lossy_us;
	for (uintptr_t i = 0; i < readers; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, read_events, (void *)i), 0);
	for (uint32_t i = 0; i < readers; i++)
		pthread_join(threads[i], NULL);
	pipeline_finish(pipeline);
	pipeline_stats(pipeline, ret_stats);
	pipeline_free(pipeline);
	ranges_free(ranges);
	pipeline = NULL, ranges = NULL;
}

static void assert_same(const struct told *one, const struct pipeline_stats *alone,
	const struct pipeline_stats *several)
{
	assert_int_equal(told.count, one->count);
	for (size_t i = 0; i < one->count; i++) {
		assert_int_equal(told.minutes[i].start_s, one->minutes[i].start_s);
		assert_float_equal(told.minutes[i].coverage, one->minutes[i].coverage, 1e-9);
		assert_float_equal(told.minutes[i].hosts, one->minutes[i].hosts, 1e-9);
		assert_int_equal(told.minutes[i].flows, one->minutes[i].flows);
		assert_int_equal(told.minutes[i].bytes, one->minutes[i].bytes);
		assert_int_equal(told.minutes[i].all_flows, one->minutes[i].all_flows);
	}
	assert_int_equal(told.seconds, one->seconds);
	assert_memory_equal(&several->gate, &alone->gate, sizeof(alone->gate));
	assert_int_equal(several->worker.flows.created, alone->worker.flows.created);
	assert_memory_equal(several->worker.flows.ended, alone->worker.flows.ended,
		sizeof(alone->worker.flows.ended));
	assert_int_equal(several->gaps, alone->gaps);
	assert_int_equal(several->minutes, alone->minutes);
	assert_int_equal(several->last_us, alone->last_us);
	assert_int_equal(several->clock.outliers, alone->clock.outliers);
}

/* The events by one reader, and by several ones with as many workers. */
static struct pipeline_stats compare(void)
{
	struct pipeline_stats alone, several;
	int64_t lossy_us = told.lossy_us;

	read_all(1, 1, &alone);
	struct told one = told;

	for (uint32_t readers = 2; readers <= READERS_MAX; readers++) {
		told.lossy_us = lossy_us;
		read_all(readers, readers, &several);
		assert_same(&one, &alone, &several);
	}
	assert_true(one.count > 1);
	return alone;
}

static unsigned by_host(unsigned host, bool is_answer)
{
	(void)is_answer;
	return host;
}

static unsigned by_direction(unsigned host, bool is_answer)
{
	return host + is_answer;
}

static unsigned first(unsigned host, bool is_answer)
{
	(void)host, (void)is_answer;
	return 0;
}

static void counts_depend_on_the_number_of_readers(void **state)
{
	(void)state;
	add_talks(by_host);
	compare();
	assert_int_equal(told.count, 7);
	assert_true(told.minutes[1].flows > 100);
}

static void reader_without_packets_holds_the_minutes_up(void **state)
{
	(void)state;
	add_talks(first);
	compare();
}

/* Which of them the lane gets first is left open, within a second. */
static void flow_whose_directions_come_to_two_readers_is_torn(void **state)
{
	struct pipeline_stats stats;
	uint64_t flows = 0, bytes = 0;

	(void)state;
	add_talks(by_direction);
	read_all(2, 2, &stats);
	for (size_t i = 0; i < told.count; i++) {
		flows += told.minutes[i].all_flows;
		bytes += told.minutes[i].bytes;
	}
	assert_int_equal(flows, stats.worker.flows.created);
	assert_int_equal(flows, 6 * 250 + 200);
	assert_int_equal(bytes, TALKS * 2 * DATAGRAM_BYTES);
}

static void silence_of_the_tap_is_another_one_for_each_reader(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 60; i++)
		add_talk(NOON_US + i * SECOND, 1 + i, i, i);
	for (unsigned i = 0; i < 60; i++)
		add_talk(NOON_US + 5 * HOUR + i * SECOND, 1 + i, i, i);
	assert_int_equal(compare().gaps, 1);
}

/* One stamp, which is two too few. */
static void far_time_of_one_reader_is_believed_by_all(void **state)
{
	struct pipeline_stats stats;

	(void)state;
	for (unsigned i = 0; i < 120; i++) {
		add_talk(NOON_US + i * SECOND, 1 + i, i, i);
		if (i == 70)
			add(NOON_US + 100 * 24 * HOUR, 200, i, false);
	}
	stats = compare();
	assert_int_equal(stats.clock.outliers, 1);
	assert_int_equal(stats.clock.jumps, 0);
}

static void loss_is_noted_by_each_reader(void **state)
{
	(void)state;
	add_talks(by_host);
	told.lossy_us = NOON_US + 90 * SECOND;
	compare();
	assert_float_equal(told.minutes[1].coverage, .75, 1e-9);
	assert_float_equal(told.minutes[2].coverage, 1, 1e-9);
}

/* The second one has read its part long before the first one has. */
static void reader_that_has_left_is_waited_for(void **state)
{
	pthread_t thread;

	(void)state;
	begin(2, 2);
	add_talk(NOON_US, 1, 1, 1);
	assert_int_equal(pthread_create(&thread, NULL, read_events, (void *)1), 0);
	for (int second = 0; second <= 300; second++)
		pipeline_pass_time(pipeline, 0, NOON_US + second * SECOND);
	pthread_join(thread, NULL);
	pipeline_leave(pipeline, 0);
	pipeline_finish(pipeline);
	assert_int_equal(told.count, 6);
	assert_int_equal(told.minutes[0].flows, 1);
}

static void no_packet_at_all_hangs(void **state)
{
	struct pipeline_stats stats;

	(void)state;
	read_all(3, 2, &stats);
	assert_int_equal(told.count, 0);
	assert_int_equal(stats.minutes, 0);
}

static void wrong_number_of_readers_is_taken(void **state)
{
	struct pipeline_settings settings = {.readers = 0, .workers = 1};
	struct pipeline *none = NULL;

	(void)state;
	assert_int_equal(pipeline_new(&settings, &none), -EINVAL);
	settings.readers = PIPELINE_READERS_MAX + 1;
	assert_int_equal(pipeline_new(&settings, &none), -EINVAL);
	assert_null(none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(counts_depend_on_the_number_of_readers, end),
		cmocka_unit_test_teardown(reader_without_packets_holds_the_minutes_up, end),
		cmocka_unit_test_teardown(flow_whose_directions_come_to_two_readers_is_torn, end),
		cmocka_unit_test_teardown(silence_of_the_tap_is_another_one_for_each_reader, end),
		cmocka_unit_test_teardown(far_time_of_one_reader_is_believed_by_all, end),
		cmocka_unit_test_teardown(loss_is_noted_by_each_reader, end),
		cmocka_unit_test_teardown(reader_that_has_left_is_waited_for, end),
		cmocka_unit_test_teardown(no_packet_at_all_hangs, end),
		cmocka_unit_test_teardown(wrong_number_of_readers_is_taken, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

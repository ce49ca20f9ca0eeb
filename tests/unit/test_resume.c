/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/pipeline_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define NOON_S (NOON_US / SECOND)
#define MINUTES_MAX 256

static char folder[] = "/tmp/surgetap-resume-XXXXXX";
static char path[64], copy[64], damaged[64];
static struct ranges *ranges;
static struct plugins *plugins;
static struct pipeline *pipeline;

/* What was told, over all runs of a test. */
static struct {
	uint32_t minutes;
	int64_t start_s[MINUTES_MAX];
	double coverage[MINUTES_MAX];
	uint64_t flows, vpn, bytes;
	uint32_t hours;
	double hour_coverage, hour_hosts;
	unsigned hours_over;
	int64_t since_s; /* of the last hour that was over, as its coverage */
	double over_coverage;
	char fault[256];
} told;

static void hear_usage(void *argument, const struct analyst_usage *usage)
{
	(void)argument;
	if (usage->scale_s == 3600) {
		told.hours++;
		told.hour_coverage = usage->coverage;
		told.hour_hosts = usage->counts ? hosts_count(&usage->counts->all.hosts) : 0;
	}
	if (usage->scale_s == 3600 && usage->is_over) {
		told.hours_over++;
		told.since_s = usage->since_s;
		told.over_coverage = usage->coverage;
	}
	if (usage->scale_s != 60)
		return;
	assert_true(told.minutes < MINUTES_MAX);
	told.start_s[told.minutes] = usage->start_s;
	told.coverage[told.minutes++] = usage->coverage;
	if (!usage->counts)
		return;
	told.flows += usage->counts->all.flows;
	told.bytes += usage->counts->all.bytes;
	told.vpn += usage->counts->cells[VPN + 1].flows;
}

static void hear_fault(void *argument, const char *place, const char *message)
{
	(void)argument, (void)place;
	snprintf(told.fault, sizeof(told.fault), "%s", message);
}

static int set_up(void **state)
{
	(void)state;
	strcpy(folder + sizeof(folder) - 7, "XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/baselines", folder);
	snprintf(copy, sizeof(copy), "%s/copy", folder);
	snprintf(damaged, sizeof(damaged), "%s/baselines.damaged", folder);
	memset(&told, 0, sizeof(told));
	plugins = double_plugins();
	report_vpn(true);
	ranges = range_ten();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	pipeline_free(pipeline);
	pipeline = NULL;
	ranges_free(ranges);
	unlink(path), unlink(copy), unlink(damaged);
	assert_int_equal(rmdir(folder), 0);
	return 0;
}

static void start(uint32_t workers, bool is_live)
{
	struct pipeline_settings settings = settings_of(ranges, plugins, workers,
		(struct analyst_listener){hear_no_alert, hear_usage, NULL});

	settings.state_folder = folder;
	settings.is_live = is_live;
	settings.latest_us = is_live ? NOON_US + 24 * HOUR : 0;
	settings.baselines = (struct baselines_listener){hear_fault, NULL};
	assert_int_equal(pipeline_new(&settings, &pipeline), 0);
}

static void stop(void)
{
	pipeline_finish(pipeline);
	pipeline_free(pipeline);
	pipeline = NULL;
}

/* One flow for each host all the time. */
static void talk(int64_t time_us, unsigned host)
{
	take_talk(pipeline, time_us, (struct end){{10, 0, 0, (uint8_t)host}, 1999},
		(struct end){{203, 0, 113, 7}, 9999});
}

static void talk_each_second(int64_t from_us, int64_t until_us)
{
	for (int64_t time_us = from_us; time_us < until_us; time_us += SECOND)
		talk(time_us, 1);
}

static void minute_that_is_cut_is_told_twice_or_its_flow_counts_anew(
	uint32_t workers, uint32_t then)
{
	start(workers, false);
	talk_each_second(NOON_US, NOON_US + 90 * SECOND);
	stop();
	assert_int_equal(told.minutes, 1);
	start(then, false);
	talk_each_second(NOON_US + 90 * SECOND, NOON_US + 130 * SECOND);
	stop();
	assert_int_equal(told.minutes, 2);
	assert_int_equal(told.start_s[1], NOON_S + 60);
	assert_true(told.coverage[1] == 1);
	assert_int_equal(told.flows, 1);
	assert_int_equal(told.vpn, 1);
	assert_int_equal(told.bytes, 120 * 156);
	assert_true(told.hour_hosts == 1);
	assert_true(told.hour_coverage > 129.0 / 3600 && told.hour_coverage < 130.0 / 3600);
}

static void cut_minute_is_told_twice(void **state)
{
	(void)state;
	minute_that_is_cut_is_told_twice_or_its_flow_counts_anew(1, 1);
}

/* A stream of hours cannot take a piece back that it was given too early. */
static void hour_that_is_cut_is_over_once_and_whole(void **state)
{
	(void)state;
	start(1, false);
	talk_each_second(NOON_US, NOON_US + 90 * SECOND);
	stop();
	assert_int_equal(told.hours_over, 0);
	start(1, false);
	talk_each_second(NOON_US + 90 * SECOND, NOON_US + HOUR + MINUTE);
	stop();
	assert_int_equal(told.hours_over, 1);
	assert_int_equal(told.since_s, NOON_S);
	assert_true(told.over_coverage == 1);
}

static void other_number_of_workers_loses_what_is_kept(void **state)
{
	(void)state;
	minute_that_is_cut_is_told_twice_or_its_flow_counts_anew(3, 2);
}

static void downtime_of_seconds_passes_for_silence(void **state)
{
	(void)state;
	start(1, true);
	talk_each_second(NOON_US, NOON_US + 80 * SECOND);
	stop();
	start(1, true);
	talk_each_second(NOON_US + 95 * SECOND, NOON_US + 125 * SECOND);
	stop();
	assert_int_equal(told.minutes, 2);
	assert_true(told.coverage[0] == 1);
	/* Blind from the last packet, at 79.001 s, until 95 s. */
	assert_true(told.coverage[1] > 44.0 / 60 - 1e-4 && told.coverage[1] < 44.0 / 60 + 1e-4);
	assert_int_equal(told.flows, 1);
}

static void downtime_of_minutes_makes_zeros(void **state)
{
	(void)state;
	start(2, true);
	talk_each_second(NOON_US, NOON_US + 80 * SECOND);
	stop();
	start(2, true);
	talk_each_second(NOON_US + 5 * MINUTE + 30 * SECOND, NOON_US + 7 * MINUTE);
	pipeline_pass_time(pipeline, 0, NOON_US + 7 * MINUTE);
	stop();
	assert_int_equal(told.minutes, 4); /* 0, 1, 5, 6 */
	assert_int_equal(told.start_s[1], NOON_S + 60);
	assert_true(told.coverage[1] < 20.0 / 60);
	assert_int_equal(told.start_s[2], NOON_S + 300);
	assert_true(told.coverage[2] == 0.5);
	assert_true(told.coverage[3] == 1);
	assert_int_equal(told.flows, 1);
}

static void rename_file(const char *from, const char *to)
{
	assert_int_equal(rename(from, to), 0);
}

static void killed_sensor_loses_what_stood_at_the_hour(void **state)
{
	(void)state;
	start(2, true);
	talk_each_second(NOON_US + HOUR - 2 * MINUTE, NOON_US + HOUR + MINUTE);
	while (access(path, R_OK) != 0) /* written by another thread */
		;
	rename_file(path, copy);
	talk_each_second(NOON_US + HOUR + MINUTE, NOON_US + HOUR + 3 * MINUTE);
	stop();
	/* As if it had been killed: what it wrote at its end is not there. */
	rename_file(copy, path);
	memset(&told, 0, sizeof(told));
	start(2, true);
	talk_each_second(NOON_US + HOUR + 3 * MINUTE, NOON_US + HOUR + 5 * MINUTE);
	pipeline_pass_time(pipeline, 0, NOON_US + HOUR + 5 * MINUTE);
	stop();
	/* The minute after the hour, of which nothing is known, then those that were seen again. */
	assert_int_equal(told.start_s[told.minutes - 2], NOON_S + 3600 + 180);
	assert_true(told.coverage[told.minutes - 1] == 1);
	assert_int_equal(told.flows, 0); /* the flow goes on */
	assert_int_equal(told.bytes, 120 * 156);
	assert_true(told.hour_coverage < 121.0 / 3600);
}

static void state_from_the_future_blinds_the_sensor(void **state)
{
	(void)state;
	start(1, false);
	talk_each_second(NOON_US + 48 * HOUR, NOON_US + 48 * HOUR + 30 * SECOND);
	stop();
	memset(&told, 0, sizeof(told));
	start(1, true);
	assert_string_equal(told.fault, "its packets are from the future: renamed to "
					"baselines.damaged; learning begins anew");
	talk_each_second(NOON_US, NOON_US + 60 * SECOND);
	pipeline_pass_time(pipeline, 0, NOON_US + 60 * SECOND);
	stop();
	assert_int_equal(told.minutes, 1);
	assert_int_equal(told.flows, 1);
}

static void forgetful_run_writes(void **state)
{
	(void)state;
	start(1, false);
	talk(NOON_US, 1);
	pipeline_forget(pipeline);
	stop();
	assert_int_equal(access(path, F_OK), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(cut_minute_is_told_twice, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			hour_that_is_cut_is_over_once_and_whole, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			other_number_of_workers_loses_what_is_kept, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			downtime_of_seconds_passes_for_silence, set_up, tear_down),
		cmocka_unit_test_setup_teardown(downtime_of_minutes_makes_zeros, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			killed_sensor_loses_what_stood_at_the_hour, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			state_from_the_future_blinds_the_sensor, set_up, tear_down),
		cmocka_unit_test_setup_teardown(forgetful_run_writes, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/publisher.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "alert_sample.h"
#include "publish_folder.h"

static void put_bucket(struct publisher *publisher, uint32_t scale_s)
{
	static const struct publisher_field field = {"all_flows", 3};
	publisher_put_usage(publisher, &(struct publisher_usage){.range = "star-jv",
					       .start_s = 1763704800,
					       .scale_s = scale_s,
					       .fields = &field,
					       .count = 1});
}

static void publisher_writes_both_files(void **state)
{
	(void)state;
	struct alert alert;
	struct publisher *publisher;
	struct publisher_stats stats;
	char alerts[128], usage[128];
	snprintf(alerts, sizeof alerts, "%s", path_of("alerts"));
	snprintf(usage, sizeof usage, "%s", path_of("usage"));
	const struct publisher_settings settings = {
		.alerts_file = alerts, .usage_file = usage, .sensor = {"tap-1", "eth1"}};
	alert_sample(&alert);
	assert_int_equal(publisher_open(&settings, &publisher), 0);
	publisher_put_alert(publisher, &alert);
	put_bucket(publisher, 60);
	put_bucket(publisher, 3600);
	publisher_stats(publisher, &stats);
	assert_int_equal(stats.alerts, 1);
	assert_int_equal(stats.usage_lines, 2);
	assert_int_equal(stats.file_errors, 0);
	assert_int_equal(publisher_drain(publisher, 0), 0);
	publisher_close(publisher);
	char *text = take_file("usage");
	assert_non_null(strstr(text, "\"scale_seconds\":60,\"all_flows\":3}\n"));
	assert_non_null(strstr(text, "\"scale_seconds\":3600,\"all_flows\":3}\n"));
	free(text);
	text = take_file("alerts");
	json_t *parsed = json_loads(text, 0, NULL);
	assert_non_null(parsed);
	json_decref(parsed);
	free(text);
}

static void file_of_hours_holds_no_minutes(void **state)
{
	(void)state;
	struct publisher *publisher;
	const struct publisher_settings settings = {
		.usage_file = path_of("usage"), .usage_scale_s = 3600, .sensor = {"tap-1", "eth1"}};
	assert_int_equal(publisher_open(&settings, &publisher), 0);
	put_bucket(publisher, 60);
	put_bucket(publisher, 3600);
	put_bucket(publisher, 86400);
	publisher_close(publisher);
	char *text = take_file("usage");
	assert_non_null(strstr(text, "\"scale_seconds\":3600,\"all_flows\":3}\n"));
	assert_int_equal(strchr(text, '\n') - text + 1, strlen(text));
	free(text);
}

static void missing_folder_is_told_with_its_name(void **state)
{
	(void)state;
	struct publisher *publisher = NULL;
	const struct publisher_settings settings = {
		.alerts_file = "/nonexistent/alerts", .sensor = {"tap-1", "eth1"}};
	assert_int_equal(publisher_open(&settings, &publisher), -ENOENT);
	assert_null(publisher);
}

static void unreachable_redis_neither_blocks_nor_loses_count(void **state)
{
	(void)state;
	struct alert alert;
	struct publisher *publisher;
	struct publisher_stats stats;
	char url[160];
	snprintf(url, sizeof url, "unix://%s", path_of("nobody"));
	const struct publisher_settings settings = {
		.redis_url = url, .queue_max = 3, .sensor = {"tap-1", "eth1"}};
	alert_sample(&alert);
	assert_int_equal(publisher_open(&settings, &publisher), 0);
	/* A batch may be in flight, as many again may wait: of 200 most must have been dropped. */
	for (int i = 0; i < 200; i++)
		publisher_put_alert(publisher, &alert);
	uint64_t pending = publisher_drain(publisher, 0);
	publisher_stats(publisher, &stats);
	assert_in_range(pending, 3, 6);
	assert_int_equal(stats.redis_pending + stats.redis_dropped, 200);
	assert_int_equal(stats.redis_acknowledged, 0);
	publisher_close(publisher);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(publisher_writes_both_files),
		cmocka_unit_test(file_of_hours_holds_no_minutes),
		cmocka_unit_test(missing_folder_is_told_with_its_name),
		cmocka_unit_test(unreachable_redis_neither_blocks_nor_loses_count),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

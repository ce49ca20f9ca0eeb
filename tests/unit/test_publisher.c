/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alert_sample.h"
#include "base/log.h"
#include "publish/backoff.h"
#include "publish/entry.h"
#include "publish/file_sink.h"
#include "publish/publisher.h"
#include "publish/queue.h"
#include "publish/redis_error.h"
#include "publish/usage.h"

static char folder[] = "/tmp/surgetap-publisher-XXXXXX";
static FILE *log_lines;

static int make_folder(void **state)
{
	(void)state;
	/* Sinks and servers are made to fail here; what is said of it is looked at, not shown. */
	log_lines = tmpfile();
	log_set_stream(log_lines);
	return mkdtemp(folder) && log_lines ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	log_set_stream(NULL);
	fclose(log_lines);
	return rmdir(folder);
}

static const char *path_of(const char *name)
{
	static char path[128];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

/* The whole file, from the heap; the file is gone afterwards. */
static char *take_file(const char *name)
{
	const char *path = path_of(name);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	char *text = calloc(1, 1 << 20);
	assert_non_null(text);
	assert_true(fread(text, 1, (1 << 20) - 1, file) < (1 << 20) - 1);
	fclose(file);
	unlink(path);
	return text;
}

static void sink_empties_or_appends(void **state)
{
	(void)state;
	for (int round = 0; round < 3; round++) {
		struct file_sink *sink;
		assert_int_equal(file_sink_open(path_of("lines"), round == 1, &sink), 0);
		file_sink_put(sink, round == 0 ? "first" : "second", false);
		file_sink_close(sink);
		if (round == 1) {
			char *text = take_file("lines");
			assert_string_equal(text, "first\nsecond\n");
			free(text);
		}
	}
	char *text = take_file("lines");
	assert_string_equal(text, "second\n");
	free(text);
}

static void flushed_line_is_there_before_the_call_returns(void **state)
{
	(void)state;
	struct file_sink *sink;
	struct stat status;
	assert_int_equal(file_sink_open(path_of("lines"), false, &sink), 0);
	file_sink_put(sink, "held", false);
	assert_int_equal(stat(path_of("lines"), &status), 0);
	assert_int_equal(status.st_size, 0);
	file_sink_put(sink, "alert", true);
	assert_int_equal(stat(path_of("lines"), &status), 0);
	assert_int_equal(status.st_size, 11);
	file_sink_close(sink);
	free(take_file("lines"));
}

/* A file that may not grow beyond 20 bytes is a full disk that any user can make. */
static void full_disk_tears_one_line_and_no_other(void **state)
{
	(void)state;
	struct file_sink *sink;
	struct rlimit before, small;
	assert_int_equal(file_sink_open(path_of("lines"), false, &sink), 0);
	file_sink_put(sink, "0123456789", true);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = (struct rlimit){20, before.rlim_max};
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	file_sink_put(sink, "this line is torn", true);
	file_sink_put(sink, "this one is lost", true);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(file_sink_lost(sink), 2);
	file_sink_put(sink, "whole again", true);
	assert_int_equal(file_sink_lost(sink), 2);
	file_sink_close(sink);
	char *text = take_file("lines");
	assert_string_equal(text, "0123456789\nthis line\nwhole again\n");
	free(text);
}

static void line_beyond_the_limit_is_lost_and_counted(void **state)
{
	(void)state;
	struct file_sink *sink;
	char *line = malloc(300000);
	assert_non_null(line);
	memset(line, 'x', 299999);
	line[299999] = '\0';
	assert_int_equal(file_sink_open(path_of("lines"), false, &sink), 0);
	file_sink_put(sink, line, false);
	file_sink_put(sink, "short", false);
	assert_int_equal(file_sink_lost(sink), 1);
	file_sink_close(sink);
	free(line);
	char *text = take_file("lines");
	assert_string_equal(text, "short\n");
	free(text);
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

static void redis_errors_are_told_apart(void **state)
{
	(void)state;
	static const struct {
		const char *reply, *name;
		enum redis_verdict verdict;
	} replies[] = {
		{"ERR The ID specified in XADD is equal or smaller than the target stream top item",
			"duplicate", REDIS_REPEATED},
		{"ERR Protocol error: unauthenticated multibulk length", "NOAUTH", REDIS_RETRY},
		{"NOAUTH Authentication required.", "NOAUTH", REDIS_RETRY},
		{"WRONGPASS invalid username-password pair or user is disabled.", "WRONGPASS",
			REDIS_RETRY},
		{"NOPERM this user has no permissions", "NOPERM", REDIS_REFUSED},
		{"OOM command not allowed when used memory > 'maxmemory'.", "OOM", REDIS_RETRY},
		{"READONLY You can't write against a read only replica.", "READONLY", REDIS_RETRY},
		{"LOADING Redis is loading the dataset in memory", "LOADING", REDIS_RETRY},
		{"MISCONF Redis is configured to save RDB snapshots", "MISCONF", REDIS_RETRY},
		{"WRONGTYPE Operation against a key", "WRONGTYPE", REDIS_REFUSED},
		{"BUSY Redis is busy running a script.", "BUSY", REDIS_RETRY},
		{"ERR unknown command 'XADD'", "unknown command", REDIS_REFUSED},
		{"SOMETHING new", "unexpected answer", REDIS_REFUSED},
		{"", "unexpected answer", REDIS_REFUSED},
	};
	for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
		const struct redis_error *error = redis_error_find(replies[i].reply);
		assert_string_equal(error->name, replies[i].name);
		assert_int_equal(error->verdict, replies[i].verdict);
	}
}

static void backoff_grows_to_its_limit_and_never_falls_below_a_second(void **state)
{
	(void)state;
	static const uint32_t randoms[] = {0, 1, 249, 250, 12345678, UINT32_MAX};
	for (unsigned failures = 1; failures < 100; failures++) {
		for (size_t i = 0; i < sizeof randoms / sizeof *randoms; i++) {
			int64_t wait_ms = backoff_wait_ms(failures, randoms[i]);
			assert_in_range(wait_ms, BACKOFF_MIN_MS, BACKOFF_MAX_MS * 5 / 4);
		}
	}
	assert_int_equal(backoff_wait_ms(1, 0), 1000);
	assert_int_equal(backoff_wait_ms(3, 0), 4000);
	assert_int_equal(backoff_wait_ms(UINT32_MAX, 0), BACKOFF_MAX_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sink_empties_or_appends),
		cmocka_unit_test(flushed_line_is_there_before_the_call_returns),
		cmocka_unit_test(full_disk_tears_one_line_and_no_other),
		cmocka_unit_test(line_beyond_the_limit_is_lost_and_counted),
		cmocka_unit_test(usage_line_is_json_with_integers_where_they_are),
		cmocka_unit_test(publisher_writes_both_files),
		cmocka_unit_test(file_of_hours_holds_no_minutes),
		cmocka_unit_test(missing_folder_is_told_with_its_name),
		cmocka_unit_test(unreachable_redis_neither_blocks_nor_loses_count),
		cmocka_unit_test(full_queue_drops_by_its_policy),
		cmocka_unit_test(entries_put_back_come_first_and_in_order),
		cmocka_unit_test(key_of_any_name_needs_no_quoting),
		cmocka_unit_test(bucket_before_1970_has_an_id_that_redis_takes),
		cmocka_unit_test(pieces_of_an_hour_have_ids_of_their_own_in_their_order),
		cmocka_unit_test(redis_errors_are_told_apart),
		cmocka_unit_test(backoff_grows_to_its_limit_and_never_falls_below_a_second),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

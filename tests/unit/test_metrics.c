/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/health.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct metrics metrics;
static char *text;
static size_t text_size;

static int begin(void **state)
{
	(void)state;
	metrics = (struct metrics){.sensor = "tap", .interface = "eth0", .interface_count = 1};
	metrics.technique_count = 1;
	strcpy(metrics.techniques[0], "vpn");
	metrics.moment_s = 1000;
	return 0;
}

static int end(void **state)
{
	(void)state;
	free(text);
	text = NULL;
	return 0;
}

static void print(void)
{
	FILE *stream = open_memstream(&text, &text_size);

	assert_non_null(stream);
	assert_int_equal(metrics_print(&metrics, stream), 0);
	assert_int_equal(fclose(stream), 0);
}

static bool is_name(const char *name, size_t length)
{
	return length > 9 && strncmp(name, "surgetap_", 9) == 0 &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz_") == length;
}

/* What the format of Prometheus (0.0.4) asks of a text: each family begins with its HELP and its
 * TYPE, once; all its samples follow; a counter's name ends in _total; every value is a number. */
static void a_scraper_cannot_read_the_figures(void **state)
{
	char family[128] = "", seen[8192] = "", *line, *rest;
	bool is_counter = false;
	unsigned samples = 0;

	(void)state;
	metrics.techniques[0][0] = 'v';
	print();
	assert_int_equal(text[text_size - 1], '\n');
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char name[128], kind[16], *end;

		if (sscanf(line, "# HELP %127s", family) == 1) {
			char key[130];

			snprintf(key, sizeof(key), " %s ", family);
			assert_null(strstr(seen, key));
			strcat(seen, key);
			line = strtok_r(NULL, "\n", &rest);
			assert_int_equal(sscanf(line, "# TYPE %127s %15s", name, kind), 2);
			assert_string_equal(name, family);
			is_counter = strcmp(kind, "counter") == 0;
			assert_true(is_counter || strcmp(kind, "gauge") == 0);
			continue;
		}
		size_t length = strcspn(line, " {");
		assert_true(is_name(line, length));
		assert_int_equal(strlen(family), length);
		assert_memory_equal(line, family, length);
		assert_int_equal(is_counter, strncmp(line + length - 6, "_total", 6) == 0);
		strtod(strrchr(line, ' ') + 1, &end);
		assert_int_equal(*end, '\0');
		samples++;
	}
	assert_true(samples > 60);
}

static void name_of_a_sensor_ends_its_label(void **state)
{
	(void)state;
	metrics.sensor = "a\"b\\c\nd";
	print();
	assert_non_null(strstr(text, "sensor=\"a\\\"b\\\\c\\nd\",interface=\"eth0\"} 1\n"));
}

static void verdicts_do_not_add_up_to_what_was_taken(void **state)
{
	uint64_t sum = 0;

	(void)state;
	for (int i = 0; i < PACKET_VERDICTS; i++)
		metrics.pipeline.gate.packets[i] = (uint64_t)i + 1;
	print();
	for (const char *at = text; (at = strstr(at, "_by_verdict_total{"));)
		sum += strtoull(strchr(at++, ' '), NULL, 10);
	assert_int_equal(sum, PACKET_VERDICTS * (PACKET_VERDICTS + 1) / 2);
}

static void heartbeat_has_two_fields_of_one_name(void **state)
{
	struct publisher_field fields[PUBLISHER_HEARTBEAT_MAX];
	size_t count = metrics_fill_fields(&metrics, fields);

	(void)state;
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(fields[i].name, fields[j].name);
}

/* The troubles at `now_s`, and their text. */
static unsigned ask_health(double now_s)
{
	FILE *stream;
	unsigned troubles;

	free(text);
	stream = open_memstream(&text, &text_size);
	assert_non_null(stream);
	troubles = health_print(&metrics, now_s, stream);
	assert_int_equal(fclose(stream), 0);
	return troubles;
}

static void tap_without_packets_is_ill(void **state)
{
	(void)state;
	assert_int_equal(ask_health(1001), 0);
	assert_int_equal(text_size, 0);
}

static void reader_that_stands_still_is_healthy(void **state)
{
	(void)state;
	assert_int_equal(ask_health(1000 + HEALTH_SILENT_S + 1), 1);
	assert_non_null(strstr(text, "stands still"));
}

static void interface_that_is_gone_is_healthy(void **state)
{
	(void)state;
	metrics.capture.down = 1;
	assert_int_equal(ask_health(1001), 1);
	assert_non_null(strstr(text, "1 of 1"));
}

static void analyst_that_stands_still_is_healthy(void **state)
{
	(void)state;
	metrics.pipeline.closed = 7;
	metrics.pipeline.judged.minutes = 5;
	assert_int_equal(ask_health(1001), 0);
	metrics.pipeline.judged.minutes = 2;
	assert_int_equal(ask_health(1001), 1);
	assert_non_null(strstr(text, "5 minutes wait"));
}

static void loss_of_entries_is_healthy_or_ill_for_ever(void **state)
{
	(void)state;
	metrics.publisher.spool_errors = 3;
	metrics.lost_s = 990;
	assert_int_equal(ask_health(1001), 1);
	assert_non_null(strstr(text, "3 not taken by the spool"));
	metrics.moment_s = 990 + HEALTH_LOSS_S;
	assert_int_equal(ask_health(990 + HEALTH_LOSS_S), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_scraper_cannot_read_the_figures, begin, end),
		cmocka_unit_test_setup_teardown(name_of_a_sensor_ends_its_label, begin, end),
		cmocka_unit_test_setup_teardown(
			verdicts_do_not_add_up_to_what_was_taken, begin, end),
		cmocka_unit_test_setup_teardown(heartbeat_has_two_fields_of_one_name, begin, end),
		cmocka_unit_test_setup_teardown(tap_without_packets_is_ill, begin, end),
		cmocka_unit_test_setup_teardown(reader_that_stands_still_is_healthy, begin, end),
		cmocka_unit_test_setup_teardown(interface_that_is_gone_is_healthy, begin, end),
		cmocka_unit_test_setup_teardown(analyst_that_stands_still_is_healthy, begin, end),
		cmocka_unit_test_setup_teardown(
			loss_of_entries_is_healthy_or_ill_for_ever, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "config/config.h"

#include "config/document.h"
#include "config/setting.h"
#include "flow/plugins.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char told[16384];

/* A line for each fault, without the last line's end. */
static void remember(void *argument, const char *place, const char *message)
{
	size_t length = strlen(told);

	(void)argument;
	snprintf(told + length, sizeof(told) - length, "%s%s: %s", length ? "\n" : "", place,
		message);
}

static const struct config_listener listener = {remember, NULL};

static int begin(void **state)
{
	static struct config config;

	told[0] = '\0';
	*state = &config;
	return config_init(&config);
}

static int end(void **state)
{
	config_done(*state);
	return 0;
}

static int load(struct config *config, const char *text)
{
	told[0] = '\0';
	return config_load_text(config, "x", text, strlen(text), &listener);
}

static void defaults_are_those_of_the_manual(void **state)
{
	struct config *config = *state;

	assert_string_equal(config->alerts, "-");
	assert_string_equal(config->redis_prefix, "surgetap:");
	assert_int_equal(config->usage_scale, 60);
	assert_int_equal(config->workers, 1);
	assert_int_equal(config->drain, 30);
	assert_int_equal(config->alerts_maxlen, 100000);
	assert_int_equal(config->max_flows, 262144);
	assert_true(config->alarms_per_year == 12);
	assert_null(config->redis);
	assert_null(config->state);
	assert_non_null(config->sensor);
	assert_false(config->fail_on_alert || config->quiet || config->asymmetric);
	assert_int_equal(config->watch.count, 0);
}

/* A value for each setting that passes its check and is not its default. */
static const char *get_sample(const struct setting *setting)
{
	static const char *const samples[][2] = {{"watch", "10.0.0.0/8=office"},
		{"redis", "redis://localhost:6379/0"}, {"usage-scale", "3600"},
		{"window", "2026-03-02..2026-03-03T12:00"}, {"plugin-option", "tor.relays=a=b"},
		{"filter", "udp port 53"}, {"metrics", "127.0.0.1:9105"}};
	static char number[24];

	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		if (strcmp(samples[i][0], setting->name) == 0)
			return samples[i][1];
	if (setting->kind == SETTING_NUMBER || setting->kind == SETTING_RATE) {
		snprintf(number, sizeof(number), "%llu", (unsigned long long)setting->high);
		return number;
	}
	if (setting->kind == SETTING_SHARE)
		return "0.25";
	return setting->kind == SETTING_SWITCH ? "true" : "7";
}

static void assert_setting(
	const struct config *config, const struct setting *setting, const char *text)
{
	const void *place = (const char *)config + setting->offset;
	const struct config_list *list = place;

	switch (setting->kind) {
	case SETTING_TEXT:
		assert_string_equal(*(char *const *)place, text);
		break;
	case SETTING_NUMBER:
		assert_int_equal(*(const uint64_t *)place, strtoull(text, NULL, 10));
		break;
	case SETTING_RATE:
	case SETTING_SHARE:
		assert_true(*(const double *)place == strtod(text, NULL));
		break;
	case SETTING_SWITCH:
		assert_true(*(const bool *)place);
		break;
	case SETTING_LIST:
		assert_int_equal(list->count, 1);
		assert_string_equal(list->items[0], text);
		break;
	}
}

static void every_setting_of_the_table_is_a_key_that_reaches_its_member(void **state)
{
	struct config *config = *state;
	char text[4096] = "";

	for (const struct setting *setting = settings; setting->name; setting++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			setting->kind == SETTING_LIST ? "%s: [%s]\n" : "%s: %s\n", setting->name,
			get_sample(setting));
	assert_int_equal(load(config, text), 0);
	for (const struct setting *setting = settings; setting->name; setting++)
		assert_setting(config, setting, get_sample(setting));
}

static void no_two_settings_share_a_member_or_a_letter(void **state)
{
	(void)state;
	for (const struct setting *one = settings; one->name; one++)
		for (const struct setting *other = one + 1; other->name; other++) {
			assert_int_not_equal(one->offset, other->offset);
			assert_string_not_equal(one->name, other->name);
			assert_true(!one->letter || one->letter != other->letter);
		}
}

static void empty_file_keeps_the_defaults(void **state)
{
	assert_int_equal(load(*state, ""), 0);
	assert_int_equal(load(*state, "# nothing\n"), 0);
	defaults_are_those_of_the_manual(state);
}

struct fault {
	const char *text, *told;
};

static const struct fault faults[] = {
	{"sensor: a\nworkrs: 3\n", "x:2:1: unknown key 'workrs', did you mean 'workers'?"},
	{"password: 3\n", "x:1:1: unknown key 'password'"},
	{"workers:   three\n", "x:1:12: workers: 'three' is not a whole number from 1 to 64"},
	{"workers: 0\n", "x:1:10: workers: '0' is not a whole number from 1 to 64"},
	{"workers: -1\n", "x:1:10: workers: '-1' is not a whole number from 1 to 64"},
	{"workers: 0x10\n", "x:1:10: workers: '0x10' is not a whole number from 1 to 64"},
	{"workers: 99999999999999999999\n",
		"x:1:10: workers: '99999999999999999999' is not a whole number from 1 to 64"},
	{"workers: [1]\n", "x:1:10: 'workers' takes one plain value"},
	{"workers: {a: b}\n", "x:1:10: 'workers' takes one plain value"},
	{"workers:\n", "x:1:9: workers: '' is not a whole number from 1 to 64"},
	{"state:\n", "x:1:7: state: the value is empty"},
	{"alarms-per-year: nan\n",
		"x:1:18: alarms-per-year: 'nan' is not a number above 0, at most 1000000"},
	{"alarms-per-year: 0\n",
		"x:1:18: alarms-per-year: '0' is not a number above 0, at most 1000000"},
	{"usage-scale: 120\n", "x:1:14: usage-scale: '120' is not 60, 3600, 86400 or 604800"},
	{"quiet: maybe\n", "x:1:8: quiet: 'maybe' is not true or false"},
	{"watch: 10.0.0.0/8\n", "x:1:8: 'watch' takes a list of plain values"},
	{"watch:\n  - 10.0.0.0/8\n  - 10.0.0.0/33=x\n",
		"x:3:5: watch: '10.0.0.0/33' is no CIDR such as 175.45.176.0/22"},
	{"watch: [10.0.0.0/8=]\n", "x:1:9: watch: '' is no name: 1 to 63 bytes are"},
	{"watch:\n  - 10.0.0.0/8\n  - [b]\n", "x:3:5: 'watch' takes a list of plain values"},
	{"watch: [10.0.0.0/8=a, 11.0.0.0/8, 10.1.2.3/8=b]\n",
		"x:1:35: watch: '10.0.0.0/8' belongs to 'a' already"},
	{"watch: [10.0.0.0/8, 10.0.0.0/8=a]\n",
		"x:1:21: watch: '10.0.0.0/8' belongs to '10.0.0.0/8' already"},
	{"plugin-option: [a=b.c]\n", "x:1:17: plugin-option: 'a=b.c' is not NAME.OPTION=VALUE"},
	{"sensor: a\nquiet: true\nsensor: b\n", "x:3:1: key 'sensor' comes twice"},
	{"sensor: \"a\n", "x:2:1: found unexpected end of stream"},
	{"sensor: a\n\tquiet: true\n", "x:2:1: found a tab character that violates indentation"},
	{"- sensor\n", "x:1:1: expected lines of 'key: value'"},
	{"sensor\n", "x:1:1: expected lines of 'key: value'"},
	{"? [a]\n: b\n", "x:1:3: a key must be a plain word"},
	{"sensor: a\n---\nsensor: b\n", "x:3:1: a second document begins here"},
	{"sensor: \"a\\0b\"\n", "x:1:9: the value holds a NUL character"},
	{"sensor: \"a\\ab\"\n",
		"x:1:9: sensor: 'a\\x07b' is no name: it holds control or broken characters"},
	{"sensor: \xc3\xb6\xff\n", "x:1:10: invalid leading UTF-8 octet"},
	{"alerts: &a f\nusage: *a\n", "x:2:1: 'usage' is an alias, which is not supported"},
	{"interface: &a [eth0]\nplugin: *a\n",
		"x:2:1: 'plugin' is an alias, which is not supported"},
	{"plugin: [&a x.so, *a]\n", "x:1:1: 'plugin' is an alias, which is not supported"},
	{"alerts: {b: &a f}\nusage: *a\n", "x:1:9: 'alerts' takes one plain value"},
	{"a: &a f\nb: *a\n", "x:1:1: unknown key 'a'\nx:2:1: unknown key 'b'"},
	{"workrs: 3\nquiet: maybe\nwatch:\n - 10.0.0.0/33\n - 10.0.0.0/8=a\n - 10.0.0.0/8=b\n"
	 " - 10.0.0.0/8=a\n - 10.0.0.0/8=c\ndrain: [3]\nquiet: true\nsnaplen: 1\n",
		"x:1:1: unknown key 'workrs', did you mean 'workers'?\n"
		"x:4:4: watch: '10.0.0.0/33' is no CIDR such as 175.45.176.0/22\n"
		"x:6:4: watch: '10.0.0.0/8' belongs to 'a' already\n"
		"x:8:4: watch: '10.0.0.0/8' belongs to 'a' already\n"
		"x:9:8: 'drain' takes one plain value\n"
		"x:10:1: key 'quiet' comes twice\n"
		"x:11:10: snaplen: '1' is not a whole number from 64 to 262144"},
	{"watch:\n - [b]\n - 10.0.0.0/8: office\n", "x:2:4: 'watch' takes a list of plain values\n"
						    "x:3:4: 'watch' takes a list of plain values"},
};

static void each_fault_is_told_with_its_place(void **state)
{
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		assert_int_equal(load(*state, faults[i].text), -EINVAL);
		assert_string_equal(told, faults[i].told);
		config_done(*state);
		assert_int_equal(config_init(*state), 0);
	}
}

/* Values first, then keys: those that are kept are the first of the file, not the first found. */
static void of_too_many_faults_the_first_of_the_file_are_told_and_the_others_counted(void **state)
{
	char text[4096] = "drain: soon\n";

	for (unsigned i = 0; i < 150; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "no-such-%u: 1\n", i);
	assert_int_equal(load(*state, text), -EINVAL);
	assert_memory_equal(told, "x:1:8: drain: 'soon'", 20);
	assert_non_null(
		strstr(told, "\nx:100:1: unknown key 'no-such-98'\nx: 51 more faults, not shown"));
	assert_null(strstr(told, "no-such-99"));
}

static void password_of_a_bad_url_is_not_told(void **state)
{
	assert_int_equal(load(*state, "redis: rediss://ann:s3cret@host:1/0\n"), -EINVAL);
	assert_null(strstr(told, "s3cret"));
	assert_int_equal(load(*state, "redis: redis://ann:s3cret@host:99999/0\n"), -EINVAL);
	assert_null(strstr(told, "s3cret"));
}

static void list_of_a_file_replaces_what_was_there(void **state)
{
	struct config *config = *state;

	assert_int_equal(load(config, "watch: [10.0.0.0/8, 10.1.0.0/16=a]\n"), 0);
	assert_int_equal(config->watch.count, 2);
	assert_int_equal(load(config, "watch: [\"2001:db8::/32=b\"]\n"), 0);
	assert_int_equal(config->watch.count, 1);
	assert_string_equal(config->watch.items[0], "2001:db8::/32=b");
}

static void prefix_given_twice_to_one_range_is_no_quarrel(void **state)
{
	assert_int_equal(
		load(*state, "watch: [10.0.0.0/8=a, 10.0.0.0/8=a, 10.0.0.0/9=b, 10.0.0.0=c]\n"), 0);
	assert_int_equal(
		load(*state,
			"watch: [10.0.0.0/8, 10.1.1.1/8, \"::ffff:10.0.0.0/104=10.0.0.0/8\"]\n"),
		0);
}

static void missing_file_and_folder_are_told_by_name(void **state)
{
	assert_int_equal(config_load(*state, "/nonexistent/c.yaml", &listener), -ENOENT);
	assert_string_equal(told, "/nonexistent/c.yaml: No such file or directory");
	told[0] = '\0';
	assert_int_equal(config_load(*state, "/", &listener), -EISDIR);
	assert_string_equal(told, "/: Is a directory");
}

static void thousands_of_prefixes_load(void **state)
{
	struct config *config = *state;
	size_t size = 20000 * 32, length = 0;
	char *text = malloc(size);

	length += (size_t)snprintf(text, size, "watch:\n");
	for (unsigned i = 0; i < 20000; i++)
		length += (size_t)snprintf(text + length, size - length, " - 10.%u.%u.0/24=n%u\n",
			i / 256, i % 256, i);
	assert_int_equal(config_load_text(config, "x", text, length, &listener), 0);
	free(text);
	assert_int_equal(config->watch.count, 20000);
	assert_string_equal(config->watch.items[19999], "10.78.31.0/24=n19999");
}

static void plugin_options_come_apart_at_the_first_dot_and_the_first_equals(void **state)
{
	struct plugins_setting *split = NULL;
	size_t count = 0;

	assert_int_equal(load(*state, "tor-relays: r.txt\n"
				      "plugin-option: [tor.key=a=b.c, vpn.x=]\n"),
		0);
	assert_int_equal(config_split_plugin_options(*state, &split, &count), 0);
	assert_int_equal(count, 3);
	assert_string_equal(split[0].plugin, "tor");
	assert_string_equal(split[0].name, "relays");
	assert_string_equal(split[0].value, "r.txt");
	assert_string_equal(split[1].plugin, "tor");
	assert_string_equal(split[1].name, "key");
	assert_string_equal(split[1].value, "a=b.c");
	assert_string_equal(split[2].plugin, "vpn");
	assert_string_equal(split[2].name, "x");
	assert_string_equal(split[2].value, "");
	free(split);
}

static void copy_shares_memory_or_differs(void **state)
{
	struct config *config = *state, copy;

	assert_int_equal(load(config, "watch: [10.0.0.0/8=a, 192.0.2.0/24]\nalarms-per-year: 3\n"
				      "redis: \"redis://:secret@h/0\"\nasymmetric: true\n"),
		0);
	assert_int_equal(config_copy(config, &copy), 0);
	for (const struct setting *setting = settings; setting->name; setting++)
		assert_true(setting_is_same(setting, config, &copy));
	assert_ptr_not_equal(config->watch.items[0], copy.watch.items[0]);
	assert_ptr_not_equal(config->redis, copy.redis);
	config_done(&copy);
}

static void change_of_a_setting_is_overlooked(void **state)
{
	static const char *const changes[][2] = {{"watch", "watch: [10.0.0.0/8=b]"},
		{"workers", "workers: 3"}, {"alarms-per-year", "alarms-per-year: 12.5"},
		{"asymmetric", "asymmetric: true"}, {"geoip-asn", "geoip-asn: x"},
		{"redis", "redis: \"redis://h/1\""}};
	struct config *config = *state, other;

	assert_int_equal(load(config, "watch: [10.0.0.0/8=a]\nredis: \"redis://:x@h/0\""), 0);
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		assert_int_equal(config_copy(config, &other), 0);
		assert_int_equal(load(&other, changes[i][1]), 0);
		for (const struct setting *setting = settings; setting->name; setting++)
			assert_int_equal(setting_is_same(setting, config, &other),
				strcmp(setting->name, changes[i][0]) != 0);
		config_done(&other);
	}
	/* What is secret is hidden once it is read from the command line. */
	assert_int_equal(config_copy(config, &other), 0);
	setting_find("redis")->hide(other.redis);
	assert_string_not_equal(other.redis, config->redis);
	assert_true(setting_is_same(setting_find("redis"), config, &other));
	config_done(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_those_of_the_manual),
		cmocka_unit_test(every_setting_of_the_table_is_a_key_that_reaches_its_member),
		cmocka_unit_test(no_two_settings_share_a_member_or_a_letter),
		cmocka_unit_test(empty_file_keeps_the_defaults),
		cmocka_unit_test(each_fault_is_told_with_its_place),
		cmocka_unit_test(
			of_too_many_faults_the_first_of_the_file_are_told_and_the_others_counted),
		cmocka_unit_test(password_of_a_bad_url_is_not_told),
		cmocka_unit_test(list_of_a_file_replaces_what_was_there),
		cmocka_unit_test(prefix_given_twice_to_one_range_is_no_quarrel),
		cmocka_unit_test(missing_file_and_folder_are_told_by_name),
		cmocka_unit_test(thousands_of_prefixes_load),
		cmocka_unit_test(plugin_options_come_apart_at_the_first_dot_and_the_first_equals),
		cmocka_unit_test(copy_shares_memory_or_differs),
		cmocka_unit_test(change_of_a_setting_is_overlooked),
	};
	const size_t count = sizeof(tests) / sizeof(tests[0]);
	struct CMUnitTest config_tests[sizeof(tests) / sizeof(tests[0])];

	for (size_t i = 0; i < count; i++) {
		config_tests[i] = tests[i];
		config_tests[i].setup_func = begin;
		config_tests[i].teardown_func = end;
	}
	return cmocka_run_group_tests(config_tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "publish/publisher.h"
#include "publish/url.h"

static const struct {
	const char *text;
	struct url url;
	const char *shown;
} good[] = {
	{"redis://localhost", {.server = {"localhost", 6379}}, "localhost:6379"},
	{"redis://localhost/", {.server = {"localhost", 6379}}, "localhost:6379"},
	{"redis://10.0.0.1:7000/3", {.server = {"10.0.0.1", 7000}, .database = 3}, "10.0.0.1:7000"},
	{"redis://h?db=2", {.server = {"h", 6379}, .database = 2}, "h:6379"},
	{"redis://[::1]:6380/1", {.server = {"::1", 6380}, .database = 1}, "[::1]:6380"},
	{"redis://[fe80::1]", {.server = {"fe80::1", 6379}}, "[fe80::1]:6379"},
	{"redis://:secret@h", {.server = {"h", 6379}, .password = "secret"}, "h:6379"},
	{"redis://tap:secret@h:1/0", {.server = {"h", 1}, .user = "tap", .password = "secret"},
		"h:1"},
	{"redis://tap:p%40%2f%3A%25@h", {.server = {"h", 6379}, .user = "tap", .password = "p@/:%"},
		"h:6379"},
	{"redis://:a:b@c@h", {.server = {"h", 6379}, .password = "a:b@c"}, "h:6379"},
	{"unix:///run/redis.sock", {.is_unix = true, .path = "/run/redis.sock"}, "/run/redis.sock"},
	{"unix:///run/redis.sock?db=12",
		{.is_unix = true, .path = "/run/redis.sock", .database = 12}, "/run/redis.sock"},
	{"unix://tap:secret@/run/my%20redis?db=0",
		{.is_unix = true, .path = "/run/my redis", .user = "tap", .password = "secret"},
		"/run/my redis"},
	{"sentinel://:secret@s1,s2:7,[::1]:8/mymaster/3",
		{.server = {"s1", 26379},
			.sentinels = {{"s1", 26379}, {"s2", 7}, {"::1", 8}},
			.sentinel_count = 3,
			.master = "mymaster",
			.password = "secret",
			.database = 3},
		"s1:26379"},
	{"sentinel://s/my%20master",
		{.server = {"s", 26379},
			.sentinels = {{"s", 26379}},
			.sentinel_count = 1,
			.master = "my master"},
		"s:26379"},
	{"unix:///run/a\nb", {.is_unix = true, .path = "/run/a\nb"}, "/run/a\\x0ab"},
};

/* Each holds "hunter2" where a password may stand. */
static const char *const bad[] = {
	"",
	"hunter2",
	"redis:/h",
	"redis://",
	"redis:///3",
	"redis://:hunter2@",
	"redis://hunter2@h",
	"redis://tap:@h",
	"redis://:hunter2%zz@h",
	"redis://:hunter2%4@h",
	"redis://:hunter2%00@h",
	"redis://:hunter2@h:0",
	"redis://:hunter2@h:65536",
	"redis://:hunter2@h:99999999999999999999",
	"redis://:hunter2@h:port",
	"redis://:hunter2@h:",
	"redis://:hunter2@h/x",
	"redis://:hunter2@h/-1",
	"redis://:hunter2@h/65536",
	"redis://:hunter2@h/1/2",
	"redis://:hunter2@h?db=",
	"redis://:hunter2@h?database=1",
	"redis://:hunter2@[::1",
	"redis://:hunter2@[::1]x",
	"redis://:hunter2@[]",
	"redis://:hunter2/@h",
	"rediss://:hunter2@h",
	"unix://",
	"unix://hunter2",
	"unix://:hunter2@relative",
	"unix://:hunter2@/run/s?db=x",
	"unix://:hunter2@/run/s?password=hunter2",
	"http://:hunter2@h",
	"sentinel://",
	"sentinel://:hunter2@h",
	"sentinel://:hunter2@h/",
	"sentinel://:hunter2@/mymaster",
	"sentinel://:hunter2@h,,i/mymaster",
	"sentinel://:hunter2@h:x,i/mymaster",
	"sentinel://:hunter2@1,2,3,4,5,6/mymaster",
	"sentinel://:hunter2@h/mymaster/x",
	"sentinel://:hunter2@h/mymaster/1/2",
};

static void every_form_is_understood(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		struct url url;
		char reason[URL_REASON_SIZE], shown[URL_SHOWN_SIZE];
		if (url_parse(good[i].text, &url, reason) != 0)
			fail_msg("%s: %s", good[i].text, reason);
		assert_int_equal(url.is_unix, good[i].url.is_unix);
		assert_memory_equal(&url.server, &good[i].url.server, sizeof url.server);
		assert_int_equal(url.sentinel_count, good[i].url.sentinel_count);
		assert_memory_equal(url.sentinels, good[i].url.sentinels, sizeof url.sentinels);
		assert_string_equal(url.master, good[i].url.master);
		assert_string_equal(url.path, good[i].url.path);
		assert_int_equal(url.database, good[i].url.database);
		assert_string_equal(url.user, good[i].url.user);
		assert_string_equal(url.password, good[i].url.password);
		assert_string_equal(url_show(&url, shown), good[i].shown);
	}
}

static void refusal_says_why_and_never_the_password(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		char reason[128] = "";
		if (publisher_check_url(bad[i], reason) != -EINVAL)
			fail_msg("accepted: %s", bad[i]);
		assert_true(strlen(reason) > 10);
		assert_null(strstr(reason, "hunter2"));
	}
}

static void refusal_leaves_the_output_alone(void **state)
{
	(void)state;
	struct url url;
	char reason[URL_REASON_SIZE];
	memset(&url, 0x5a, sizeof url);
	assert_int_equal(url_parse("redis://tap:secret@h/x", &url, reason), -EINVAL);
	for (size_t i = 0; i < sizeof url; i++)
		assert_int_equal(((const unsigned char *)&url)[i], 0x5a);
}

static void part_of_any_length_is_refused_or_whole(void **state)
{
	(void)state;
	char text[1024], reason[URL_REASON_SIZE];
	for (size_t length = 1; length < 600; length++) {
		struct url url;
		int used = snprintf(text, sizeof text, "redis://:%0*d@h", (int)length, 7);
		assert_int_equal(used, (int)length + 11);
		if (url_parse(text, &url, reason) == 0)
			assert_int_equal(strlen(url.password), length);
		else
			assert_true(length >= URL_PART_SIZE);
	}
}

static void password_is_hidden_in_place(void **state)
{
	(void)state;
	static const struct {
		const char *url, *hidden;
	} urls[] = {
		{"redis://:hunter2@h", "redis://:*******@h"},
		{"redis://tap:hun@ter2/@h:1/2", "redis://tap:*********@h:1/2"},
		{"unix://tap:hunter2@/run/s", "unix://tap:*******@/run/s"},
		{"tap:hunter2@h", "tap:*******@h"},
		{"redis://h:6379/0", "redis://h:6379/0"},
		{"redis://h@", "redis://h@"},
		{"unix:///run/a@b:c", "unix:///run/a@b:c"},
		{"@:", "@:"},
		{"", ""},
	};
	for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
		char text[64];
		snprintf(text, sizeof text, "%s", urls[i].url);
		publisher_hide_password(text);
		assert_string_equal(text, urls[i].hidden);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form_is_understood),
		cmocka_unit_test(refusal_says_why_and_never_the_password),
		cmocka_unit_test(refusal_leaves_the_output_alone),
		cmocka_unit_test(password_is_hidden_in_place),
		cmocka_unit_test(part_of_any_length_is_refused_or_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

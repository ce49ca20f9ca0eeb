/* SPDX-License-Identifier: Apache-2.0 */
#include "own_table.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

extern const struct surgetap_plugin surgetap_plugin_social;

static unsigned reports;
static struct surgetap_evidence last;
static char reason[96], failure[640];

static void on_report(const struct surgetap_call *call, const struct surgetap_evidence *evidence)
{
	(void)call;
	reports++;
	last = *evidence;
	assert_true(strlen(evidence->reason) < sizeof reason);
	snprintf(reason, sizeof reason, "%s", evidence->reason);
}

static void on_fail(const struct surgetap_host *host, const char *where, const char *message)
{
	(void)host;
	snprintf(failure, sizeof failure, "%s: %s", where, message);
}

static const struct surgetap_host host = {
	.abi = SURGETAP_ABI, .size = sizeof host, .report = on_report, .fail = on_fail};

static void judge(const void *shared, const char *sni, const char *protocol,
	enum surgetap_confidence confidence)
{
	const struct surgetap_flow flow = {.size = sizeof flow,
		.protocol = protocol,
		.master = "tls",
		.sni = sni,
		.confidence = confidence};
	const struct surgetap_call call = {.host = &host, .shared = shared, .flow = &flow};

	reports = 0;
	surgetap_plugin_social.on_classified(&call);
	assert_true(reports <= 1);
}

static void judge_name(const char *sni)
{
	judge(NULL, sni, "tls", SURGETAP_CONFIDENCE_DPI);
}

static void assert_use(enum service_group group, const char *sni)
{
	judge_name(sni);
	assert_int_equal(reports, 1);
	assert_int_equal(last.technique, group);
	assert_int_equal(last.kind, SURGETAP_KIND_TUNNEL);
	assert_int_equal(last.grade, SURGETAP_GRADE_DPI);
}

static void move_to_the_other_public_is_not_seen(void **state)
{
	(void)state;
	assert_use(SERVICE_WESTERN, "www.facebook.com");
	assert_use(SERVICE_WESTERN, "SCONTENT-MXP1-1.CDNINSTAGRAM.COM");
	assert_use(SERVICE_CHINESE, "m.weibo.cn.");
	assert_use(SERVICE_CHINESE, "short.weixin.qq.com");
	assert_string_equal(reason, "server name of WeChat"); /* not QQ, which is farther up */
}

static void page_with_a_button_counts_as_a_visit(void **state)
{
	static const char *const parts[] = {
		"connect.facebook.net", "platform.twitter.com", "res.wx.qq.com"};

	(void)state;
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		judge(NULL, parts[i], "facebook", SURGETAP_CONFIDENCE_DPI);
		assert_int_equal(reports, 1);
		assert_int_equal(last.kind, SURGETAP_KIND_CONTACT);
	}
}

static void name_that_only_looks_alike_counts(void **state)
{
	char longest[400];

	(void)state;
	memset(longest, 'a', sizeof longest);
	memcpy(longest + sizeof longest - sizeof ".weibo.com", ".weibo.com", sizeof ".weibo.com");
	judge_name(longest);
	assert_int_equal(reports, 0);
	static const char *const names[] = {"notweibo.com", "weibo.com.example.net", "com", "", ".",
		"..", "weibo", "weibo.com..", "qq.co"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		judge_name(names[i]);
		assert_int_equal(reports, 0);
	}
}

static void service_out_of_order_is_never_found(void **state)
{
	const struct service *services;
	size_t count = service_table(&services);

	(void)state;
	for (size_t i = 0; i < count; i++)
		assert_ptr_equal(service_find(services[i].domain.name), &services[i]);
}

static void guess_by_address_counts_as_use(void **state)
{
	(void)state;
	judge(NULL, NULL, "facebook", SURGETAP_CONFIDENCE_GUESS);
	assert_int_equal(last.grade, SURGETAP_GRADE_GUESS);
	judge(NULL, NULL, "telegram", SURGETAP_CONFIDENCE_DPI);
	assert_int_equal(last.grade, SURGETAP_GRADE_DPI);
	judge(NULL, NULL, "tls", SURGETAP_CONFIDENCE_DPI);
	assert_int_equal(reports, 0);
}

static void stream_that_only_begins_like_telegram_counts(void **state)
{
	static const struct {
		struct surgetap_sample samples[2];
		unsigned reports;
	} cases[] = {
		{{{42, true}, {85, false}}, 1},
		{{{42, true}, {1032, false}}, 1},
		{{{43, true}, {85, false}}, 0},
		{{{42, true}, {84, false}}, 0},
		{{{42, true}, {1033, false}}, 0},
		{{{42, true}, {42, true}}, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct surgetap_flow flow = {.size = sizeof flow,
			.transport = 6,
			.protocol = "telegram",
			.master = "unknown",
			.confidence = SURGETAP_CONFIDENCE_DPI,
			.sample_count = 2};
		const struct surgetap_call call = {.host = &host, .flow = &flow};

		memcpy(flow.samples, cases[i].samples, sizeof cases[i].samples);
		reports = 0;
		surgetap_plugin_social.on_classified(&call);
		assert_int_equal(reports, cases[i].reports);
	}
}

static void look_up_of_a_name_counts_as_use(void **state)
{
	const struct surgetap_flow flow = {.size = sizeof flow,
		.protocol = "wechat",
		.master = "dns",
		.confidence = SURGETAP_CONFIDENCE_DPI};
	const struct surgetap_call call = {.host = &host, .flow = &flow};

	(void)state;
	reports = 0;
	surgetap_plugin_social.on_classified(&call);
	assert_int_equal(reports, 0);
}

/* On port 53 nDPI calls DNS whatever comes. */
static void visit_that_is_called_a_look_up_is_missed(void **state)
{
	const struct surgetap_flow flow = {.size = sizeof flow,
		.protocol = "dns",
		.master = "unknown",
		.sni = "www.facebook.com",
		.hello = SURGETAP_HELLO_WHOLE,
		.confidence = SURGETAP_CONFIDENCE_DPI};
	const struct surgetap_call call = {.host = &host, .flow = &flow};

	(void)state;
	reports = 0;
	surgetap_plugin_social.on_classified(&call);
	assert_int_equal(reports, 1);
}

/* Loads the plugin with a table of this text; returns what load said. */
static int load_table(const char *text, void **ret_shared)
{
	char path[] = "/tmp/surgetap-social-XXXXXX";
	int fd = mkstemp(path);
	const struct surgetap_setting settings[] = {{"services", path}, {NULL, NULL}};

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	int error = surgetap_plugin_social.load(&host, settings, ret_shared);
	unlink(path);
	return error;
}

static void own_table_does_not_go_first(void **state)
{
	void *shared;

	(void)state;
	assert_int_equal(load_table("# ours\nBaidu.com\tchinese\n\nx.com none # sold\n"
				    "facebook.com western contact",
				 &shared),
		0);
	judge(shared, "www.baidu.com", "tls", SURGETAP_CONFIDENCE_DPI);
	assert_int_equal(last.technique, SERVICE_CHINESE);
	assert_string_equal(reason, "server name of baidu.com");
	judge(shared, "x.com", "twitter", SURGETAP_CONFIDENCE_DPI);
	assert_int_equal(reports, 0);
	judge(shared, "www.facebook.com", "facebook", SURGETAP_CONFIDENCE_DPI);
	assert_int_equal(last.kind, SURGETAP_KIND_CONTACT);
	judge(shared, "weibo.com", "tls", SURGETAP_CONFIDENCE_DPI);
	assert_int_equal(reports, 1);
	surgetap_plugin_social.unload(shared);
}

static void fault_of_a_table_has_no_place(void **state)
{
	static const struct {
		const char *text, *message;
	} faults[] = {
		{"a.com western\nb.com eastern\n", ":2: the group has to be"},
		{"a.com\n", ":1: the group has to be"},
		{"a.com western maybe\n", ":1: the kind has to be"},
		{"a.com western use x\n", ":1: more than"},
		{"a.com western\n\n.b.com western\n", ":3: not a domain"},
		{"a..com western\n", ":1: not a domain"},
		{"a/b western\n", ":1: not a domain"},
		{"b.com western\na.com western\nB.COM chinese\n", ":3: the domain stands twice"},
	};
	char line[700];
	void *shared = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
		assert_int_equal(load_table(faults[i].text, &shared), -EINVAL);
		if (!strstr(failure, faults[i].message))
			fail_msg("'%s' is not in: %s", faults[i].message, failure);
	}
	memset(line, 'a', sizeof line);
	line[sizeof line - 1] = '\0';
	assert_int_equal(load_table(line, &shared), -EINVAL);
	assert_non_null(strstr(failure, ":1: the line is too long"));
	assert_null(shared);
}

static void missing_table_lets_the_sensor_start(void **state)
{
	static const struct surgetap_setting settings[] = {
		{"services", "/nonexistent/table"}, {NULL, NULL}};
	void *shared = NULL;

	(void)state;
	assert_int_equal(surgetap_plugin_social.load(&host, settings, &shared), -ENOENT);
	assert_string_equal(failure, "/nonexistent/table: No such file or directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(move_to_the_other_public_is_not_seen),
		cmocka_unit_test(page_with_a_button_counts_as_a_visit),
		cmocka_unit_test(name_that_only_looks_alike_counts),
		cmocka_unit_test(service_out_of_order_is_never_found),
		cmocka_unit_test(guess_by_address_counts_as_use),
		cmocka_unit_test(stream_that_only_begins_like_telegram_counts),
		cmocka_unit_test(look_up_of_a_name_counts_as_use),
		cmocka_unit_test(visit_that_is_called_a_look_up_is_missed),
		cmocka_unit_test(own_table_does_not_go_first),
		cmocka_unit_test(fault_of_a_table_has_no_place),
		cmocka_unit_test(missing_table_lets_the_sensor_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

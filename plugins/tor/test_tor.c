/* SPDX-License-Identifier: Apache-2.0 */
#include "hostname.h"
#include "relays.h"
#include "traits.h"

#include <surgetap/plugin.h>

#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

extern const struct surgetap_plugin surgetap_plugin_tor;

#define MICRODESC                                                                                  \
	"network-status-version 3 microdesc\n"                                                     \
	"valid-after 2026-11-20 09:00:00\n"                                                        \
	"r a AAAAAAAAAAAAAAAAAAAAAAAAAAA 2038-01-01 00:00:00 198.51.100.11 9001 9030\n"            \
	"a [2001:db8::11]:9443\n"                                                                  \
	"s Running\n"                                                                              \
	"directory-footer\n"

static char list_file[] = "/tmp/surgetap-relays-XXXXXX";

/* What the plugin has told the sensor. */
static struct {
	unsigned warnings, failures, lists, reports;
	char where[64], list[96], warning[96];
	struct surgetap_evidence evidence;
} told;

static void on_warn(const struct surgetap_host *host, const char *where, const char *message)
{
	(void)host;
	if (told.warnings++ == 0)
		snprintf(told.where, sizeof told.where, "%s", where);
	snprintf(told.warning, sizeof told.warning, "%s", message);
}

static void on_fail(const struct surgetap_host *host, const char *where, const char *message)
{
	(void)host;
	(void)message;
	told.failures++;
	snprintf(told.where, sizeof told.where, "%s", where);
}

static void on_list(const struct surgetap_host *host, const char *name, const char *state)
{
	(void)host;
	assert_string_equal(name, "tor_relays");
	told.lists++;
	snprintf(told.list, sizeof told.list, "%s", state);
}

static void on_report(const struct surgetap_call *call, const struct surgetap_evidence *evidence)
{
	(void)call;
	told.reports++;
	told.evidence = *evidence;
}

static const struct surgetap_host host = {
	SURGETAP_ABI, sizeof host, on_warn, on_fail, on_list, on_report};

static void write_list(const char *text)
{
	FILE *stream = fopen(list_file, "w");

	assert_non_null(stream);
	fputs(text, stream);
	assert_int_equal(fclose(stream), 0);
}

static int load_list(const char *text, void **ret_shared)
{
	const struct surgetap_setting settings[] = {{"relays", list_file}, {NULL, NULL}};

	memset(&told, 0, sizeof told);
	write_list(text);
	return surgetap_plugin_tor.load(&host, settings, ret_shared);
}

static struct surgetap_endpoint endpoint(const char *address, uint16_t port)
{
	struct surgetap_endpoint value = {.port = port};

	if (strchr(address, ':') != NULL) {
		assert_int_equal(inet_pton(AF_INET6, address, value.address.bytes), 1);
	} else {
		memset(value.address.bytes + 10, 0xff, 2);
		assert_int_equal(inet_pton(AF_INET, address, value.address.bytes + 12), 1);
	}
	return value;
}

/* The grade that the plugin gives a TLS flow; list NULL stands for no list. */
static enum surgetap_grade grade_of(const char *list, const struct surgetap_flow *flow)
{
	static const struct surgetap_setting none[] = {{NULL, NULL}};
	struct traits traits = {0};
	struct surgetap_call call = {.host = &host, .flow = flow, .flow_state = &traits};
	void *shared = NULL;

	if (list != NULL)
		assert_int_equal(load_list(list, &shared), 0);
	else
		assert_int_equal(surgetap_plugin_tor.load(&host, none, &shared), 0);
	memset(&told, 0, sizeof told);
	call.shared = shared;
	surgetap_plugin_tor.on_classified(&call);
	surgetap_plugin_tor.unload(shared);
	assert_true(told.reports <= 1);
	return told.reports ? told.evidence.grade : SURGETAP_GRADE_NONE;
}

static struct surgetap_flow tls_flow(const char *address, uint16_t port)
{
	return (struct surgetap_flow){
		.size = sizeof(struct surgetap_flow),
		.ip_version = 4,
		.transport = 6,
		.answered = true,
		.server = endpoint(address, port),
		.protocol = "tls",
		.master = "unknown",
		.category = "Web",
		.confidence = SURGETAP_CONFIDENCE_DPI,
	};
}

static void orport_of_a_relay_is_missed(void **state)
{
	struct surgetap_flow ipv4 = tls_flow("198.51.100.11", 9001);
	struct surgetap_flow ipv6 = tls_flow("2001:db8::11", 9443);

	(void)state;
	assert_int_equal(grade_of(MICRODESC, &ipv4), SURGETAP_GRADE_LIST);
	assert_int_equal(grade_of(MICRODESC, &ipv6), SURGETAP_GRADE_LIST);
}

static void https_to_a_relays_address_is_called_tor(void **state)
{
	struct surgetap_flow flow = tls_flow("198.51.100.11", 443);

	(void)state;
	flow.sni = "ritter.example";
	flow.alpn = "h2,http/1.1";
	assert_int_equal(grade_of(MICRODESC, &flow), SURGETAP_GRADE_NONE);
	flow.server.port = 9030; /* its directory port */
	assert_int_equal(grade_of(MICRODESC, &flow), SURGETAP_GRADE_NONE);
	flow = tls_flow("198.51.100.11", 9001);
	flow.transport = 17;
	assert_int_equal(grade_of(MICRODESC, &flow), SURGETAP_GRADE_NONE);
}

static void address_without_port_counts_as_use(void **state)
{
	struct surgetap_flow flow = tls_flow("198.51.100.11", 443);

	(void)state;
	assert_int_equal(grade_of("198.51.100.11\n", &flow), SURGETAP_GRADE_GUESS);
	flow.sni = "www.gjnh7y7gf2e.com";
	assert_int_equal(grade_of("198.51.100.11\n", &flow), SURGETAP_GRADE_LIST);
}

static void verdict_of_ndpi_alone_counts_as_use(void **state)
{
	struct surgetap_flow flow = tls_flow("203.0.113.5", 443);

	(void)state;
	flow.protocol = "tor";
	flow.master = "tls";
	flow.sni = "ritter.example";
	assert_int_equal(grade_of(NULL, &flow), SURGETAP_GRADE_GUESS);
	flow.sni = "www.mog74rvcq5yw6zew2doy3.com";
	assert_int_equal(grade_of(NULL, &flow), SURGETAP_GRADE_HEURISTIC);
	flow.alpn = "h2";
	assert_int_equal(grade_of(NULL, &flow), SURGETAP_GRADE_GUESS);
	flow.protocol = "tls";
	assert_int_equal(grade_of(NULL, &flow), SURGETAP_GRADE_NONE);
}

static void chosen_names_look_drawn(void **state)
{
	static const char *const chosen[] = {"www.google.com", "www.googletagmanager.com",
		"www.facebook.com", "www.windowsupdate.com", "www.4players.com",
		"www.stackoverflow.com", "www.mp3.com", "www.kraftwerk.com", "www.abc.com",
		"www.company24.com", "gjnh7y7gf2e.com", "www.gjnh7y7gf2e.org",
		"www.gjnh7y7gf2e.com.evil.net", "www.gjnh7y7gf2e0.com", "www..com", "www.", "",
		"\xff\x01"};
	static const char *const drawn[] = {"www.jmts2id.com", "www.t3i3ru.com",
		"www.q4cyamnc6mtokjurvdclt.com", "www.fcsyvnlemwxv5p.net", "www.gfu7hbxpfp.com"};

	(void)state;
	for (size_t i = 0; i < sizeof chosen / sizeof chosen[0]; i++)
		assert_false(hostname_is_random(chosen[i]));
	for (size_t i = 0; i < sizeof drawn / sizeof drawn[0]; i++)
		assert_true(hostname_is_random(drawn[i]));
}

/* Shows the plugin payloads that begin as given, each as long as its record; then the verdict. */
struct start {
	bool from_client;
	const char *bytes;
	size_t count;
};

#define START(text) text, sizeof text - 1
#define HELLO                                                                                      \
	{                                                                                          \
		true, START("\x16\3\1\2\0\1\0\1\xfc\3\3")                                          \
	}

static enum surgetap_grade grade_of_starts(
	struct surgetap_flow *flow, const struct start *starts, size_t count)
{
	static const struct surgetap_setting none[] = {{NULL, NULL}};
	struct traits traits = {0};
	struct surgetap_call call = {.host = &host, .flow = flow, .flow_state = &traits};
	enum surgetap_next next = SURGETAP_MORE;
	void *shared = NULL;

	assert_int_equal(surgetap_plugin_tor.load(&host, none, &shared), 0);
	memset(&told, 0, sizeof told);
	call.shared = shared;
	for (size_t i = 0; i < count && next == SURGETAP_MORE; i++) {
		uint8_t *data = test_malloc(starts[i].count);
		const struct surgetap_payload payload = {data, (uint32_t)starts[i].count,
			(uint32_t)starts[i].count, starts[i].from_client, (uint8_t)i};

		memcpy(data, starts[i].bytes, starts[i].count);
		call.payload = &payload;
		next = surgetap_plugin_tor.on_packet(&call);
		test_free(data);
	}
	surgetap_plugin_tor.unload(shared);
	return told.reports ? told.evidence.grade : SURGETAP_GRADE_NONE;
}

static void drawn_name_like_a_word_is_missed(void **state)
{
	static const struct start tls13[] = {HELLO, {false, START("\x16\3\3\0\x7a\2")},
		{true, START("\x14\3\3\0\1\1\x17\3\3\0\x45")}, {false, START("\x17\3\3\0\x4a")},
		{true, START("\x17\3\3\0\x1c")}, {true, START("\x17\3\3\x08\x19")}};
	static const struct start tls12[] = {
		HELLO, {true, START("\x17\3\3\0\x23")}, {false, START("\x17\3\3\2\x1a")}};
	static const struct start web[] = {
		HELLO, {true, START("\x17\3\3\0\x60")}, {true, START("\x17\3\3\2\x13")}};
	static const struct start odd[] = {
		HELLO, {true, START("\x17\3\3\0\x1c")}, {true, START("\x17\3\3\2\x14")}};
	struct surgetap_flow flow = tls_flow("198.51.100.11", 9001);

	(void)state;
	flow.sni = "www.dno673.com";
	assert_int_equal(grade_of_starts(&flow, tls13, 6), SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(grade_of_starts(&flow, tls12, 3), SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(grade_of_starts(&flow, web, 3), SURGETAP_GRADE_NONE);
	assert_int_equal(grade_of_starts(&flow, odd, 3), SURGETAP_GRADE_NONE);
	flow.sni = "www.company-24.com";
	assert_int_equal(grade_of_starts(&flow, tls13, 6), SURGETAP_GRADE_NONE);
	flow.sni = "www.dno673.com";
	flow.alpn = "h2";
	assert_int_equal(grade_of_starts(&flow, tls13, 6), SURGETAP_GRADE_NONE);
}

#define CERTIFICATE(issuer, subject)                                                               \
	HELLO,                                                                                     \
	{                                                                                          \
		false, START("\x16\3\3\1\0\x0b\6\3\x55\4\3" issuer "--\6\3\x55\4\3" subject)       \
	}

static void certificate_of_a_relay_is_missed(void **state)
{
	static const struct start relay[] = {
		CERTIFICATE("\x0c\x12www.t3i3ru7b6x.com", "\x0c\x0ewww.kx5d2o.net")};
	static const struct start others[][2] = {
		{CERTIFICATE("\x0c\x12www.t3i3ru7b6x.com", "\x0c\x0ewww.kx5d2o.com")},
		{CERTIFICATE("\x0c\x0bSome Issuer", "\x0c\x0ewww.kx5d2o.net")},
		{CERTIFICATE("\x0c\x12www.t3i3ru7b6x.com", "\x0c\x7fwww.kx5d2o.net")},
		{CERTIFICATE("\x0c\x12www.t3i3ru7b6x.com", "")},
		{CERTIFICATE("\x0c\x12www.t3i3ru7b6x.com", "\x0c")},
		{CERTIFICATE("\x0c\x00", "\x0c\x00")},
	};
	struct surgetap_flow flow = tls_flow("198.51.100.11", 9001);

	(void)state;
	assert_int_equal(grade_of_starts(&flow, relay, 2), SURGETAP_GRADE_DPI);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		assert_int_equal(grade_of_starts(&flow, others[i], 2), SURGETAP_GRADE_NONE);
}

struct fault {
	unsigned count, line;
};

static void note_fault(void *argument, unsigned line, const char *message)
{
	struct fault *fault = argument;

	assert_non_null(message);
	if (fault->count++ == 0)
		fault->line = line;
}

static struct relays *parse(const char *text, struct fault *fault)
{
	const struct relays_listener listener = {note_fault, fault};
	struct relays *relays = NULL;

	assert_int_equal(relays_parse(text, strlen(text), &listener, &relays), 0);
	return relays;
}

static void digest_of_the_full_consensus_is_taken_for_a_date(void **state)
{
	static const char text[] = "network-status-version 3\nvalid-after 2026-11-20 10:00:00\n"
				   "r a AAAAAAAAAAAAAAAAAAAAAAAAAAA DDDDDDDDDDDDDDDDDDDDDDDDDDD "
				   "2026-11-20 03:04:05 198.51.100.11 9001 0\n";
	const struct surgetap_endpoint relay = endpoint("198.51.100.11", 9001);
	struct fault fault = {0, 0};
	struct relays *relays = parse(text, &fault);

	(void)state;
	assert_int_equal(fault.count, 0);
	assert_int_equal(relays_count(relays), 1);
	assert_int_equal(relays_find(relays, &relay), RELAYS_ADDRESS_AND_PORT);
	assert_string_equal(relays_valid_after(relays), "2026-11-20 10:00:00");
	relays_free(relays);
}

static void plain_forms_are_mixed_up(void **state)
{
	static const char text[] = "# relays\n198.51.100.1\r\n198.51.100.2:9001\n2001:db8::1\n"
				   "[2001:db8::2]\n[2001:db8::3]:443\n198.51.100.2:9001";
	static const struct {
		const char *address;
		uint16_t port;
		enum relays_match match;
	} cases[] = {
		{"198.51.100.1", 80, RELAYS_ADDRESS},
		{"198.51.100.2", 9001, RELAYS_ADDRESS_AND_PORT},
		{"198.51.100.2", 9002, RELAYS_NO_MATCH},
		{"2001:db8::1", 1, RELAYS_ADDRESS},
		{"2001:db8::2", 1, RELAYS_ADDRESS},
		{"2001:db8::3", 443, RELAYS_ADDRESS_AND_PORT},
		{"2001:db8::3", 444, RELAYS_NO_MATCH},
		{"198.51.100.3", 9001, RELAYS_NO_MATCH},
	};
	struct fault fault = {0, 0};
	struct relays *relays = parse(text, &fault);

	(void)state;
	assert_int_equal(fault.count, 0);
	assert_int_equal(relays_count(relays), 5);
	assert_string_equal(relays_valid_after(relays), "");
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct surgetap_endpoint key = endpoint(cases[i].address, cases[i].port);

		assert_int_equal(relays_find(relays, &key), cases[i].match);
	}
	relays_free(relays);
}

static void broken_line_names_another_line(void **state)
{
	static const struct {
		const char *text;
		unsigned line;
	} cases[] = {
		{"1.2.3.4\n\n# x\n1.2.3\n", 4},
		{"1.2.3.4:0\n", 1},
		{"1.2.3.4:65536\n", 1},
		{"1.2.3.4\n[::1\n", 2},
		{"1.2.3.4\n[::1]x\n", 2},
		{MICRODESC "r b C 2038-01-01 00:00:00 1.2.3.4 9001\n", 7},
		{MICRODESC "r b C 2038-01-01 00:00:00 1.2.3.x 9001 0\n", 7},
		{MICRODESC "r b C 2038-01-01 00:00:00 1.2.3.4 0 0\n", 7},
		{MICRODESC "a 1.2.3.4\n", 7},
		{"network-status-version 3\nvalid-after today\n", 2},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct fault fault = {0, 0};
		struct relays *relays = parse(cases[i].text, &fault);

		assert_int_equal(fault.count, 1);
		assert_int_equal(fault.line, cases[i].line);
		relays_free(relays);
	}
}

static void many_relays_get_lost_in_the_table(void **state)
{
	enum { COUNT = 20000 };
	char *text = malloc(COUNT * 24), *end = text;
	struct fault fault = {0, 0};
	struct relays *relays;

	(void)state;
	for (unsigned i = 0; i < COUNT; i++)
		end += sprintf(
			end, "10.%u.%u.%u:%u\n", i >> 16, i >> 8 & 255, i & 255, 9000 + i % 7);
	relays = parse(text, &fault);
	assert_int_equal(relays_count(relays), COUNT);
	for (unsigned i = 0; i < COUNT; i++) {
		char address[24];
		struct surgetap_endpoint key;

		sprintf(address, "10.%u.%u.%u", i >> 16, i >> 8 & 255, i & 255);
		key = endpoint(address, (uint16_t)(9000 + i % 7));
		assert_int_equal(relays_find(relays, &key), RELAYS_ADDRESS_AND_PORT);
	}
	relays_free(relays);
	free(text);
}

static void age_of_the_list_is_not_told(void **state)
{
	void *shared = NULL;

	(void)state;
	assert_int_equal(load_list(MICRODESC, &shared), 0);
	assert_string_equal(told.list, "valid-after 2026-11-20 09:00:00");
	surgetap_plugin_tor.unload(shared);
	assert_int_equal(load_list("198.51.100.1:9001\n198.51.100.2:9001\n", &shared), 0);
	assert_string_equal(told.list, "2 relays, undated");
	surgetap_plugin_tor.unload(shared);
}

static void broken_lines_flood_the_log(void **state)
{
	char text[32 + 4000] = "198.51.100.1:9001\n", where[64];
	void *shared = NULL;

	(void)state;
	for (int i = 0; i < 1000; i++)
		strcat(text, "??\n");
	assert_int_equal(load_list(text, &shared), 0);
	snprintf(where, sizeof where, "%s:2", list_file);
	assert_int_equal(told.warnings, RELAYS_FAULTS_TOLD + 1);
	assert_string_equal(told.where, where);
	surgetap_plugin_tor.unload(shared);
}

/* Sound lines, more than there is room for. */
static void lines_beyond_the_limit_are_called_broken(void **state)
{
	const uint32_t lines = RELAYS_MAX + 1000;
	size_t used = 0;
	char *text = test_malloc(24 * (size_t)lines), expected[96];
	void *shared = NULL;

	(void)state;
	for (uint32_t i = 0; i < lines; i++)
		used += (size_t)sprintf(
			text + used, "100.%u.%u.%u:9001\n", i >> 16 & 255, i >> 8 & 255, i & 255);
	assert_int_equal(load_list(text, &shared), 0);
	assert_int_equal(told.warnings, 1);
	snprintf(expected, sizeof expected, "%u relays are read, 1000 lines beyond them left out",
		RELAYS_MAX);
	assert_string_equal(told.warning, expected);
	surgetap_plugin_tor.unload(shared);
	test_free(text);
}

/* The file is being written in place: what is there of it must not replace a whole list. */
static void half_of_a_consensus_is_taken_for_all_of_it(void **state)
{
	char text[] = MICRODESC;
	void *shared = NULL;

	(void)state;
	*strstr(text, "directory-footer") = '\0';
	assert_int_equal(load_list(text, &shared), 0);
	assert_int_equal(told.warnings, 1);
	surgetap_plugin_tor.unload(shared);
	shared = NULL;
	text[strlen(text) - 4] = '\0';
	assert_int_equal(load_list(text, &shared), -EINVAL);
	assert_int_equal(told.failures, 1);
	assert_null(shared);
}

static void useless_list_starts_all_the_same(void **state)
{
	const struct surgetap_setting missing[] = {{"relays", "/nonexistent"}, {NULL, NULL}};
	void *shared = NULL;

	(void)state;
	assert_int_equal(load_list("{\"relays\":[]}\n", &shared), -EINVAL);
	assert_int_equal(told.failures, 1);
	assert_int_equal(load_list("", &shared), -EINVAL);
	memset(&told, 0, sizeof told);
	assert_int_equal(surgetap_plugin_tor.load(&host, missing, &shared), -ENOENT);
	assert_string_equal(told.where, "/nonexistent");
	assert_null(shared);
}

static int make_file(void **state)
{
	(void)state;
	return close(mkstemp(list_file));
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(list_file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(orport_of_a_relay_is_missed),
		cmocka_unit_test(https_to_a_relays_address_is_called_tor),
		cmocka_unit_test(address_without_port_counts_as_use),
		cmocka_unit_test(verdict_of_ndpi_alone_counts_as_use),
		cmocka_unit_test(chosen_names_look_drawn),
		cmocka_unit_test(drawn_name_like_a_word_is_missed),
		cmocka_unit_test(certificate_of_a_relay_is_missed),
		cmocka_unit_test(digest_of_the_full_consensus_is_taken_for_a_date),
		cmocka_unit_test(plain_forms_are_mixed_up),
		cmocka_unit_test(broken_line_names_another_line),
		cmocka_unit_test(many_relays_get_lost_in_the_table),
		cmocka_unit_test(age_of_the_list_is_not_told),
		cmocka_unit_test(broken_lines_flood_the_log),
		cmocka_unit_test(lines_beyond_the_limit_are_called_broken),
		cmocka_unit_test(half_of_a_consensus_is_taken_for_all_of_it),
		cmocka_unit_test(useless_list_starts_all_the_same),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}

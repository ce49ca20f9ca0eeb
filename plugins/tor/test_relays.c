/* SPDX-License-Identifier: Apache-2.0 */
#include "relays.h"
#include "test_host.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digest_of_the_full_consensus_is_taken_for_a_date),
		cmocka_unit_test(plain_forms_are_mixed_up),
		cmocka_unit_test(broken_line_names_another_line),
		cmocka_unit_test(many_relays_get_lost_in_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

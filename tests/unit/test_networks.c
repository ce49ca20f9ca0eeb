/* SPDX-License-Identifier: Apache-2.0 */
#include "geoip/networks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "geoip_faults.h"

static char scratch_file[] = "/tmp/surgetap-networks-XXXXXX";

static void builtin_table_is_out_of_order(void **state)
{
	(void)state;
	assert_true(networks_builtin_count >= 120);
	for (size_t i = 0; i < networks_builtin_count; i++) {
		const struct network *row = &networks_builtin[i];

		assert_true(i == 0 || row[-1].asn < row->asn);
		assert_int_not_equal(row->kind, SURGETAP_NETWORK_UNKNOWN);
		assert_true(row->name[0] != '\0' && row->source[0] != '\0');
	}
}

static void hyperscaler_or_cdn_counts_as_rentable(void **state)
{
	static const struct {
		uint32_t asn;
		enum surgetap_network kind;
	} known[] = {
		{24940, SURGETAP_NETWORK_RENTABLE},
		{16276, SURGETAP_NETWORK_RENTABLE},
		{14061, SURGETAP_NETWORK_RENTABLE},
		{63949, SURGETAP_NETWORK_RENTABLE},
		{16509, SURGETAP_NETWORK_HYPERSCALER},
		{15169, SURGETAP_NETWORK_HYPERSCALER},
		{8075, SURGETAP_NETWORK_HYPERSCALER},
		{13335, SURGETAP_NETWORK_CDN},
		{20940, SURGETAP_NETWORK_CDN},
		{216025, SURGETAP_NETWORK_VPN},
	};
	struct networks *networks = NULL;

	(void)state;
	assert_int_equal(networks_new(NULL, NULL, &networks), 0);
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		assert_int_equal(networks_find(networks, known[i].asn)->kind, known[i].kind);
	assert_null(networks_find(networks, 3320));
	assert_null(networks_find(networks, 0));
	networks_free(networks);
}

static void row_of_a_file_does_not_go_before_the_table(void **state)
{
	static const char text[] =
		"# ours\n\nAS203,vpn,Test, with comma\r\n 24940 , cdn , Hetzner\n14061,unknown,-\n";
	struct networks *networks = NULL;

	(void)state;
	write_file(scratch_file, text, sizeof text - 1);
	assert_int_equal(networks_new(NULL, scratch_file, &networks), 0);
	assert_int_equal(networks_find(networks, 203)->kind, SURGETAP_NETWORK_VPN);
	assert_string_equal(networks_find(networks, 203)->name, "Test, with comma");
	assert_int_equal(networks_find(networks, 24940)->kind, SURGETAP_NETWORK_CDN);
	assert_int_equal(networks_find(networks, 14061)->kind, SURGETAP_NETWORK_UNKNOWN);
	assert_int_equal(networks_find(networks, 16276)->kind, SURGETAP_NETWORK_RENTABLE);
	networks_free(networks);
}

static void faulty_line_of_networks_is_passed_over(void **state)
{
	static const struct {
		const char *text, *place;
	} cases[] = {
		{"1,vpn,ok\nnothing\n", ":2"},
		{"1,vpn,ok\n\n2,virtual,x\n", ":3"},
		{"-1,vpn,x\n", ":1"},
		{"4294967296,vpn,x\n", ":1"},
		{"0,vpn,x\n", ":1"},
		{"7,vpn\n", ":1"},
		{"7,vpn,a\n8,cdn,b\n7,cdn,c\n7,vpn,d\n", ":3"},
		{"7,vpn,a\n24940,cdn,b\n7,unknown,c\n", ":3"},
		{"# no row\n", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct faults faults = {0};
		const struct geoip_listener listener = {note_fault, &faults};
		struct networks *networks = NULL;
		char place[80];

		write_file(scratch_file, cases[i].text, strlen(cases[i].text));
		snprintf(place, sizeof place, "%s%s", scratch_file, cases[i].place);
		assert_int_equal(networks_new(&listener, scratch_file, &networks), -EINVAL);
		assert_int_equal(faults.count, 1);
		assert_string_equal(faults.place, place);
		assert_null(networks);
	}
}

/* The line behind one with a byte of zero is read as a line of its own. */
static void zero_byte_hides_the_next_line(void **state)
{
	static const char text[] = "7,vpn,a\0b\nnothing\n8,cdn,c\n";
	struct faults faults = {0};
	const struct geoip_listener listener = {note_fault, &faults};
	struct networks *networks = NULL;

	(void)state;
	write_file(scratch_file, text, sizeof text - 1);
	assert_int_equal(networks_new(&listener, scratch_file, &networks), -EINVAL);
	assert_int_equal(faults.count, 2);
	assert_string_equal(faults.message, "expected ASN,kind,name");
}

static void thousands_of_faulty_lines_are_all_told(void **state)
{
	struct faults faults = {0};
	const struct geoip_listener listener = {note_fault, &faults};
	struct networks *networks = NULL;
	static char text[3 * 5000];

	(void)state;
	for (size_t i = 0; i < sizeof text; i += 3)
		memcpy(text + i, "x,\n", 3);
	write_file(scratch_file, text, sizeof text);
	assert_int_equal(networks_new(&listener, scratch_file, &networks), -EINVAL);
	assert_int_equal(faults.count, NETWORKS_FAULTS_TOLD + 1);
	assert_string_equal(faults.message, "5000 faults in all");
}

static int make_scratch(void **state)
{
	int descriptor = mkstemp(scratch_file);

	(void)state;
	return descriptor < 0 ? -1 : close(descriptor);
}

static int remove_scratch(void **state)
{
	(void)state;
	return unlink(scratch_file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(builtin_table_is_out_of_order),
		cmocka_unit_test(hyperscaler_or_cdn_counts_as_rentable),
		cmocka_unit_test(row_of_a_file_does_not_go_before_the_table),
		cmocka_unit_test(faulty_line_of_networks_is_passed_over),
		cmocka_unit_test(zero_byte_hides_the_next_line),
		cmocka_unit_test(thousands_of_faulty_lines_are_all_told),
	};

	return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}

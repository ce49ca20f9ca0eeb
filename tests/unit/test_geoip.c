/* SPDX-License-Identifier: Apache-2.0 */
#include "geoip/geoip.h"
#include "geoip/networks.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static char folder[] = "/tmp/surgetap-geoip-XXXXXX";
static char asn_file[64], country_file[64], flat_file[64], scratch_file[64];

struct faults {
	unsigned count;
	char place[128], message[160];
};

static void note_fault(void *argument, const char *place, const char *message)
{
	struct faults *faults = argument;

	faults->count++;
	snprintf(faults->place, sizeof faults->place, "%s", place);
	snprintf(faults->message, sizeof faults->message, "%s", message);
}

static struct surgetap_address address(const char *text)
{
	struct surgetap_address value = {.bytes = {[10] = 0xff, [11] = 0xff}};

	if (inet_pton(AF_INET, text, value.bytes + 12) != 1)
		assert_int_equal(inet_pton(AF_INET6, text, value.bytes), 1);
	return value;
}

static void write_scratch(const void *data, size_t size)
{
	FILE *stream = fopen(scratch_file, "wb");

	assert_non_null(stream);
	assert_int_equal(fwrite(data, 1, size, stream), size);
	assert_int_equal(fclose(stream), 0);
}

static struct geoip *open_files(const char *asn, const char *country, const char *networks)
{
	struct geoip *geoip = NULL;

	assert_int_equal(geoip_new(NULL, asn, country, networks, &geoip), 0);
	return geoip;
}

static struct surgetap_place look_up(struct geoip *geoip, const char *text)
{
	struct surgetap_address key = address(text);
	struct surgetap_place place;

	memset(&place, 0xaa, sizeof place);
	geoip_look_up(geoip, &key, &place);
	return place;
}

static void hetzner_is_found_in(const char *asn, const char *country)
{
	static const char *const addresses[] = {"203.0.113.77", "2001:db8:1::5"};
	struct geoip *geoip = open_files(asn, country, NULL);

	for (size_t i = 0; i < 2; i++) {
		struct surgetap_place place = look_up(geoip, addresses[i]);

		assert_int_equal(place.asn, 24940);
		assert_int_equal(place.network, SURGETAP_NETWORK_RENTABLE);
		assert_string_equal(place.as_org, "Hetzner Online");
		assert_string_equal(place.country, "DE");
	}
	geoip_free(geoip);
}

static void nested_layout_is_not_read(void **state)
{
	(void)state;
	hetzner_is_found_in(asn_file, country_file);
}

static void flat_layout_is_not_read(void **state)
{
	(void)state;
	hetzner_is_found_in(flat_file, flat_file);
}

static void unknown_address_keeps_old_values_or_is_a_fault(void **state)
{
	static const struct surgetap_place nowhere;
	struct geoip *geoip = open_files(asn_file, country_file, NULL);
	struct surgetap_place place = look_up(geoip, "9.9.9.9");

	(void)state;
	assert_memory_equal(&place, &nowhere, sizeof place);
	geoip_free(geoip);

	geoip = open_files(NULL, NULL, NULL);
	place = look_up(geoip, "203.0.113.77");
	assert_memory_equal(&place, &nowhere, sizeof place);
	geoip_free(geoip);
}

static void missing_or_foreign_file_is_taken_for_a_database(void **state)
{
	struct faults faults = {0};
	const struct geoip_listener listener = {note_fault, &faults};
	struct geoip *geoip = NULL;

	(void)state;
	assert_int_equal(geoip_new(&listener, "/nonexistent.mmdb", NULL, NULL, &geoip), -EINVAL);
	assert_string_equal(faults.place, "/nonexistent.mmdb");
	assert_string_equal(faults.message, strerror(ENOENT));

	write_scratch("just a text", 11);
	assert_int_equal(geoip_new(&listener, NULL, scratch_file, NULL, &geoip), -EINVAL);
	assert_string_equal(faults.place, scratch_file);
	assert_int_equal(faults.count, 2);
	assert_null(geoip);
}

/* Every pointer of the data section is bent: look-ups must stay in bounds and tell it once. */
static void corrupt_records_flood_the_log_or_crash(void **state)
{
	struct faults faults = {0};
	const struct geoip_listener listener = {note_fault, &faults};
	struct geoip *geoip = NULL;
	FILE *stream = fopen(asn_file, "rb");
	unsigned char bytes[16384];
	size_t size = fread(bytes, 1, sizeof bytes, stream);
	unsigned char *marker = memmem(bytes, size, "\xab\xcd\xefMaxMind.com", 14);

	(void)state;
	fclose(stream);
	assert_non_null(marker);
	memset(marker - 300, 0xff, 300);
	write_scratch(bytes, size);
	assert_int_equal(geoip_new(&listener, scratch_file, NULL, NULL, &geoip), 0);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(look_up(geoip, "203.0.113.77").asn, 0);
		assert_int_equal(look_up(geoip, "198.51.100.1").asn, 0);
	}
	assert_int_equal(faults.count, 1);
	assert_string_equal(faults.place, scratch_file);
	geoip_free(geoip);
}

static void *look_up_often(void *argument)
{
	for (int i = 0; i < 2000; i++) {
		if (look_up(argument, "198.51.100.9").asn != 9009)
			return argument;
	}
	return NULL;
}

static void two_threads_disturb_each_other(void **state)
{
	struct geoip *geoip = open_files(asn_file, country_file, NULL);
	pthread_t threads[2];
	void *wrong;

	(void)state;
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, look_up_often, geoip), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pthread_join(threads[i], &wrong), 0);
		assert_null(wrong);
	}
	geoip_free(geoip);
}

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
	write_scratch(text, sizeof text - 1);
	assert_int_equal(networks_new(NULL, scratch_file, &networks), 0);
	assert_int_equal(networks_find(networks, 203)->kind, SURGETAP_NETWORK_VPN);
	assert_string_equal(networks_find(networks, 203)->name, "Test, with comma");
	assert_int_equal(networks_find(networks, 24940)->kind, SURGETAP_NETWORK_CDN);
	assert_int_equal(networks_find(networks, 14061)->kind, SURGETAP_NETWORK_UNKNOWN);
	assert_int_equal(networks_find(networks, 16276)->kind, SURGETAP_NETWORK_RENTABLE);
	networks_free(networks);
}

/* Copies a file over another in place, as `cp` does: whoever has it mapped sees the change. */
static void overwrite(const char *from, const char *to, size_t most)
{
	static char bytes[65536];
	FILE *source = fopen(from, "rb"), *target = fopen(to, "wb");
	size_t size = fread(bytes, 1, sizeof bytes, source);

	assert_int_equal(fclose(source), 0);
	fwrite(bytes, 1, size < most ? size : most, target);
	assert_int_equal(fclose(target), 0);
}

static void file_truncated_while_in_use_ends_the_program(void **state)
{
	struct geoip *geoip;

	(void)state;
	overwrite(asn_file, scratch_file, SIZE_MAX);
	geoip = open_files(scratch_file, NULL, NULL);
	write_scratch("", 0);
	assert_int_equal(look_up(geoip, "203.0.113.77").asn, 24940);
	geoip_free(geoip);
}

static void file_cut_anywhere_is_taken(void **state)
{
	struct faults faults = {0};
	const struct geoip_listener listener = {note_fault, &faults};
	struct geoip *geoip = NULL;

	(void)state;
	for (size_t bytes = 0; bytes < 600; bytes += 299) {
		faults.count = 0;
		overwrite(asn_file, scratch_file, bytes);
		assert_int_equal(
			geoip_new(&listener, scratch_file, country_file, NULL, &geoip), -EINVAL);
		assert_int_equal(faults.count, 1);
		assert_string_equal(faults.place, scratch_file);
		assert_null(geoip);
	}
}

static void device_or_fifo_holds_up_the_start(void **state)
{
	struct faults faults = {0};
	const struct geoip_listener listener = {note_fault, &faults};
	struct geoip *geoip = NULL;

	(void)state;
	unlink(scratch_file);
	assert_int_equal(mkfifo(scratch_file, 0600), 0);
	assert_int_equal(geoip_new(&listener, scratch_file, NULL, NULL, &geoip), -EINVAL);
	assert_string_equal(faults.message, "not a regular file");
	assert_int_equal(geoip_new(&listener, "/dev/zero", NULL, NULL, &geoip), -EINVAL);
	assert_string_equal(faults.message, "not a regular file");
	unlink(scratch_file);
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
		struct geoip *geoip = NULL;
		char place[80];

		write_scratch(cases[i].text, strlen(cases[i].text));
		snprintf(place, sizeof place, "%s%s", scratch_file, cases[i].place);
		assert_int_equal(geoip_new(&listener, NULL, NULL, scratch_file, &geoip), -EINVAL);
		assert_int_equal(faults.count, 1);
		assert_string_equal(faults.place, place);
		assert_null(geoip);
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
	write_scratch(text, sizeof text - 1);
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
	write_scratch(text, sizeof text);
	assert_int_equal(networks_new(&listener, scratch_file, &networks), -EINVAL);
	assert_int_equal(faults.count, NETWORKS_FAULTS_TOLD + 1);
	assert_string_equal(faults.message, "5000 faults in all");
}

static int make_databases(void **state)
{
	char command[160];

	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(asn_file, sizeof asn_file, "%s/asn.mmdb", folder);
	snprintf(country_file, sizeof country_file, "%s/country.mmdb", folder);
	snprintf(flat_file, sizeof flat_file, "%s/flat.mmdb", folder);
	snprintf(scratch_file, sizeof scratch_file, "%s/scratch", folder);
	snprintf(command, sizeof command, "tests/geoip/make-mmdb tests/geoip/demo.csv %s", folder);
	return system(command);
}

static int remove_databases(void **state)
{
	(void)state;
	unlink(asn_file);
	unlink(country_file);
	unlink(flat_file);
	unlink(scratch_file);
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nested_layout_is_not_read),
		cmocka_unit_test(flat_layout_is_not_read),
		cmocka_unit_test(unknown_address_keeps_old_values_or_is_a_fault),
		cmocka_unit_test(missing_or_foreign_file_is_taken_for_a_database),
		cmocka_unit_test(corrupt_records_flood_the_log_or_crash),
		cmocka_unit_test(two_threads_disturb_each_other),
		cmocka_unit_test(builtin_table_is_out_of_order),
		cmocka_unit_test(hyperscaler_or_cdn_counts_as_rentable),
		cmocka_unit_test(file_truncated_while_in_use_ends_the_program),
		cmocka_unit_test(file_cut_anywhere_is_taken),
		cmocka_unit_test(device_or_fifo_holds_up_the_start),
		cmocka_unit_test(row_of_a_file_does_not_go_before_the_table),
		cmocka_unit_test(faulty_line_of_networks_is_passed_over),
		cmocka_unit_test(zero_byte_hides_the_next_line),
		cmocka_unit_test(thousands_of_faulty_lines_are_all_told),
	};

	return cmocka_run_group_tests(tests, make_databases, remove_databases);
}

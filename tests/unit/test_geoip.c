/* SPDX-License-Identifier: Apache-2.0 */
#include "geoip/geoip.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "geoip_faults.h"

static char folder[] = "/tmp/surgetap-geoip-XXXXXX";
static char asn_file[64], country_file[64], flat_file[64], scratch_file[64];

static struct surgetap_address address(const char *text)
{
	struct surgetap_address value = {.bytes = {[10] = 0xff, [11] = 0xff}};

	if (inet_pton(AF_INET, text, value.bytes + 12) != 1)
		assert_int_equal(inet_pton(AF_INET6, text, value.bytes), 1);
	return value;
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

	write_file(scratch_file, "just a text", 11);
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
	write_file(scratch_file, bytes, size);
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
	write_file(scratch_file, "", 0);
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

static void faulty_file_of_networks_leaves_the_built_in_table(void **state)
{
	struct faults faults = {0};
	const struct geoip_listener listener = {note_fault, &faults};
	struct geoip *geoip = NULL;

	(void)state;
	write_file(scratch_file, "7,vpn\n", 6);
	assert_int_equal(geoip_new(&listener, NULL, NULL, scratch_file, &geoip), -EINVAL);
	assert_int_equal(faults.count, 1);
	assert_null(geoip);
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
		cmocka_unit_test(file_truncated_while_in_use_ends_the_program),
		cmocka_unit_test(file_cut_anywhere_is_taken),
		cmocka_unit_test(device_or_fifo_holds_up_the_start),
		cmocka_unit_test(faulty_file_of_networks_leaves_the_built_in_table),
	};

	return cmocka_run_group_tests(tests, make_databases, remove_databases);
}

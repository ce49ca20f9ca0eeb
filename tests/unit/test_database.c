/* SPDX-License-Identifier: Apache-2.0 */
/* Hostile and damaged databases, as tests/geoip/make-broken-mmdb makes them. */
#include "geoip/geoip.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define COUNT(array) (sizeof array / sizeof array[0])

static char folder[] = "/tmp/surgetap-database-XXXXXX";

struct faults {
	unsigned count;
	char message[160];
};

static void note_fault(void *argument, const char *place, const char *message)
{
	struct faults *faults = argument;

	assert_true(strncmp(place, folder, strlen(folder)) == 0);
	faults->count++;
	snprintf(faults->message, sizeof faults->message, "%s", message);
}

/* Looks 203.0.113.77 and 2001:db8::1 up, several times, and returns the first one's place. */
static struct surgetap_place look_up(struct geoip *geoip)
{
	static const struct surgetap_address addresses[] = {
		{{[10] = 0xff, [11] = 0xff, 203, 0, 113, 77}},
		{{0x20, 1, 0xd, 0xb8, [15] = 1}},
	};
	struct surgetap_place places[COUNT(addresses)], again;

	for (size_t i = 0; i < COUNT(addresses); i++) {
		geoip_look_up(geoip, &addresses[i], &places[i]);
		geoip_look_up(geoip, &addresses[i], &again);
		assert_memory_equal(&again, &places[i], sizeof again);
	}
	return places[0];
}

/* What comes of each file: whether it is refused, else the place found, and how many faults are
 * told: one for each of the two databases at most. */
static const struct expected {
	const char *name;
	bool is_refused;
	uint32_t asn;
	const char *country;
	unsigned told; /* faults of its records, read as ASNs and as countries */
} table[] = {
	{"whole", false, 24940, "DE", 0},
	{"empty", true},
	{"cut_in_tree", true},
	{"cut_in_data", true},
	{"cut_in_metadata", true},
	{"cut_last_byte", true},
	{"marker_alone", true},
	{"without_marker", true},
	{"metadata_is_text", true},
	{"metadata_is_empty", true},
	{"metadata_is_pointer", true},
	{"metadata_is_deep", true},
	{"metadata_is_oversized", true},
	{"languages_are_numbers", true},
	{"description_is_number", true},
	{"metadata_laughs", true},
	{"no_node_count", true},
	{"node_count_is_text", true},
	{"node_count_zero", true},
	{"node_count_huge", true},
	{"node_count_over", true},
	{"record_size_zero", true},
	{"record_size_odd", true},
	{"record_size_huge", true},
	{"ip_version_foreign", true},
	{"format_of_the_future", true},
	{"tree_in_a_circle", false, 0, "", 2},
	{"tree_into_separator", false, 0, "", 2},
	{"tree_to_separators_end", false, 0, "", 2},
	{"tree_beyond_data", false, 0, "", 2},
	{"tree_far_beyond", false, 0, "", 2},
	{"tree_into_metadata", false, 0, "", 2},
	{"pointer_to_itself", false, 0, "", 2},
	{"pointer_beyond", false, 0, "", 2},
	{"pointers_in_circle", false, 0, "", 2},
	{"value_in_circle", false, 7, "", 0},
	{"key_in_circle", false, 0, "", 2},
	{"key_is_number", false, 0, "", 2},
	{"map_is_oversized", false, 0, "", 2},
	{"array_is_oversized", false, 0, "", 2},
	{"text_is_oversized", false, 0, "", 2},
	{"arrays_are_deep", false, 0, "", 2},
	{"maps_are_deep", false, 0, "", 2},
	{"deep_path", false, 0, "", 1},
	{"type_zero", false, 0, "", 2},
	{"type_of_the_future", false, 0, "", 2},
	{"number_is_negative", false, 0, "", 0},
	{"number_is_too_large", false, 0, "", 0},
	{"number_of_5_bytes", false, 0, "", 2},
	{"number_is_text", false, 0, "", 0},
	{"value_is_text", false, 0, "", 0},
	{"value_is_cut", false, 0, "", 2},
	{"organisation_any", false, 7, "", 0},
	{"country_long", false, 7, "", 0},
	{"country_lower", false, 7, "", 0},
	{"country_control", false, 7, "", 0},
};

static void check_file(const struct expected *expected)
{
	struct faults faults = {0};
	const struct geoip_listener listener = {note_fault, &faults};
	struct geoip *geoip = NULL;
	struct surgetap_place place;
	char file[128];
	int error;

	print_message("# %s\n", expected->name);
	snprintf(file, sizeof file, "%s/%s.mmdb", folder, expected->name);
	error = geoip_new(&listener, file, NULL, NULL, &geoip);
	if (expected->is_refused) {
		assert_int_equal(error, -EINVAL);
		assert_int_equal(faults.count, 1);
		return;
	}
	assert_int_equal(error, 0);
	geoip_free(geoip);
	assert_int_equal(geoip_new(&listener, file, file, NULL, &geoip), 0);
	place = look_up(geoip);
	assert_int_equal(place.asn, expected->asn);
	assert_string_equal(place.country, expected->country);
	assert_int_equal(faults.count, expected->told);
	geoip_free(geoip);
}

static void hostile_database_ends_the_program_or_is_believed(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(table); i++)
		check_file(&table[i]);
}

static void organisation_is_cut_within_a_character(void **state)
{
	struct geoip *geoip = NULL;
	char file[128];

	(void)state;
	snprintf(file, sizeof file, "%s/organisation_long.mmdb", folder);
	assert_int_equal(geoip_new(NULL, file, NULL, NULL, &geoip), 0);
	/* 20 of 3 bytes each are as many as fit. */
	assert_int_equal(strlen(look_up(geoip).as_org), 60);
	assert_int_equal(geoip_asn_built_s(geoip), 0x60000000);
	assert_int_equal(geoip_country_built_s(geoip), 0);
	geoip_free(geoip);
}

static void write_file(const char *file, const uint8_t *bytes, size_t count)
{
	FILE *stream = fopen(file, "wb");

	assert_non_null(stream);
	assert_int_equal(fwrite(bytes, 1, count, stream), count);
	assert_int_equal(fclose(stream), 0);
}

/* Whatever comes of it: told, or looked up within bounds. */
static void use_file(const char *file)
{
	struct faults faults = {0};
	const struct geoip_listener listener = {note_fault, &faults};
	struct geoip *geoip = NULL;

	if (geoip_new(&listener, file, file, NULL, &geoip) != 0) {
		assert_int_equal(faults.count, 2);
		return;
	}
	assert_true(strlen(look_up(geoip).as_org) < sizeof(((struct surgetap_place *)0)->as_org));
	assert_true(faults.count <= 2);
	geoip_free(geoip);
}

static void one_bad_bit_or_a_cut_ends_the_program(void **state)
{
	char whole[128], damaged[128];
	uint8_t bytes[1024];
	FILE *stream;
	size_t count;

	(void)state;
	snprintf(whole, sizeof whole, "%s/whole.mmdb", folder);
	snprintf(damaged, sizeof damaged, "%s/damaged.mmdb", folder);
	stream = fopen(whole, "rb");
	assert_non_null(stream);
	count = fread(bytes, 1, sizeof bytes, stream);
	fclose(stream);
	assert_in_range(count, 200, sizeof bytes - 1);
	for (size_t bit = 0; bit < 8 * count; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		write_file(damaged, bytes, count);
		use_file(damaged);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t cut = 0; cut < count; cut++) {
		write_file(damaged, bytes, cut);
		use_file(damaged);
	}
}

static int make_databases(void **state)
{
	char command[160];

	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(command, sizeof command, "tests/geoip/make-broken-mmdb %s", folder);
	return system(command);
}

static int remove_databases(void **state)
{
	char command[160];

	(void)state;
	snprintf(command, sizeof command, "rm -r %s", folder);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hostile_database_ends_the_program_or_is_believed),
		cmocka_unit_test(organisation_is_cut_within_a_character),
		cmocka_unit_test(one_bad_bit_or_a_cut_ends_the_program),
	};

	return cmocka_run_group_tests(tests, make_databases, remove_databases);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/certificate.h"

#include "tests/unit/certificate_bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static const char plain[] = CERTIFICATE("ca.lab.t", "lab.test");
#define PLAIN_BYTES (sizeof plain - 1)

static void key_counts_as_a_name_or_an_extension(void **state)
{
	struct hello_span bytes = {(const uint8_t *)plain, PLAIN_BYTES};
	struct certificate parts;

	(void)state;
	assert_true(certificate_read(bytes, &parts));
	assert_ptr_equal(parts.names.bytes, bytes.bytes);
	assert_int_equal(parts.names.count, DER_NAMES_BYTES);
	assert_ptr_equal(parts.extensions.bytes, bytes.bytes + DER_EXTENSIONS_AT);
	assert_int_equal(parts.extensions.count, sizeof DER_EXTENSIONS - 1);
}

/* Version 3, and lengths in one, two and three bytes as large certificates have them. */
static void length_in_several_bytes_is_misread(void **state)
{
	static const char head[] = "\x30\x83\0\1\0\x30\x82\0\xfb\xa0\3\2\1\2\2\1\1"
				   "\x30\x81\1\0\x30\0\x30\0\x30\0\x30\1\7\xa3\x82";
	uint8_t large[5 + 256] = {0};
	struct hello_span bytes = {large, sizeof large};
	struct certificate parts;

	(void)state;
	memcpy(large, head, sizeof head - 1);
	assert_true(certificate_read(bytes, &parts));
	assert_int_equal(parts.names.count, 27);
	assert_ptr_equal(parts.extensions.bytes, large + 30);
	assert_int_equal(parts.extensions.count, 4 + 5 + 0xfb - 30);
}

/* In memory of just that size: a sanitizer sees what is read beyond. */
static bool is_read(const char *text, size_t count)
{
	uint8_t *exact = test_malloc(count);
	struct certificate parts = {.names.count = UINT32_MAX};

	memcpy(exact, text, count);
	bool is_read = certificate_read((struct hello_span){exact, (uint32_t)count}, &parts);
	if (is_read) {
		assert_in_range(parts.names.count, 1, count);
		assert_true(parts.extensions.bytes + parts.extensions.count <= exact + count);
	} else {
		assert_true(parts.names.count == UINT32_MAX);
	}
	test_free(exact);
	return is_read;
}

static void certificate_that_is_cut_off_is_read(void **state)
{
	(void)state;
	for (size_t count = 1; count < PLAIN_BYTES; count++)
		assert_false(is_read(plain, count));
	assert_true(is_read(plain, PLAIN_BYTES));
}

static void length_that_lies_leads_astray(void **state)
{
	(void)state;
	for (size_t at = 0; at < PLAIN_BYTES; at++) {
		char lie[sizeof plain];

		for (unsigned value = 0x7e; value <= 0x86; value++) {
			memcpy(lie, plain, sizeof plain);
			lie[at] = (char)value;
			is_read(lie, PLAIN_BYTES);
		}
	}
	assert_false(is_read("\x30\x80\x30\0", 4)); /* a length that is not stated */
	assert_false(is_read("\x30\x84\0\0\0\2\x30\0", 8));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(key_counts_as_a_name_or_an_extension),
		cmocka_unit_test(length_in_several_bytes_is_misread),
		cmocka_unit_test(certificate_that_is_cut_off_is_read),
		cmocka_unit_test(length_that_lies_leads_astray),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

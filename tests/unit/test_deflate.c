/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "report/deflate.h"

static int digit_of(char digit)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *place = digit ? strchr(digits, digit) : NULL;
	return place ? (int)(place - digits) : -1;
}

/* Base64 to bytes, after RFC 4648: four digits are three bytes. */
static size_t decode(const char *text, uint8_t *ret_bytes)
{
	size_t size = 0;
	uint32_t bits = 0;
	assert_int_equal(strlen(text) % 4, 0);
	for (size_t i = 0; text[i] && text[i] != '='; i++) {
		assert_true(digit_of(text[i]) >= 0);
		bits = bits << 6 | (uint32_t)digit_of(text[i]);
		if (i % 4 > 0)
			ret_bytes[size++] = (uint8_t)(bits >> (6 - 2 * (i % 4)));
	}
	return size;
}

/* Lengths that leave one, two and no bytes behind the last triple are all among these. */
static void what_was_packed_comes_back_whole(void **state)
{
	(void)state;
	for (size_t size = 0; size < 300; size++) {
		uint8_t bytes[300], packed[1000], back[300];
		char *text = NULL;
		FILE *packing;
		size_t length = 0;
		uLongf back_size = sizeof back;
		for (size_t i = 0; i < size; i++)
			bytes[i] = (uint8_t)(i * i * 31 + size);
		FILE *file = open_memstream(&text, &length);
		assert_non_null(file);
		assert_int_equal(deflate_open_base64(file, &packing), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_not_equal(putc(bytes[i], packing), EOF);
		assert_int_equal(fclose(packing), 0);
		fclose(file);
		size_t packed_size = decode(text, packed);
		assert_int_equal(uncompress(back, &back_size, packed, packed_size), Z_OK);
		assert_int_equal(back_size, size);
		assert_memory_equal(back, bytes, size);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(what_was_packed_comes_back_whole)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

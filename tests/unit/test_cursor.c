/* SPDX-License-Identifier: Apache-2.0 */
#include "packet/cursor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t octets[4] = {0x12, 0x34, 0x56, 0x78};

static struct cursor begin(uint32_t left, uint32_t stated)
{
	return (struct cursor){.at = octets, .left = left, .stated = stated};
}

static void test_byte_order_is_that_of_the_machine(void **state)
{
	struct cursor cursor = begin(4, 4);

	(void)state;
	assert_int_equal(cursor_u16(&cursor, 1), 0x3456);
	assert_int_equal(cursor_u32(&cursor, 0), 0x12345678);
	assert_int_equal(cursor_u16_little(&cursor, 0), 0x3412);
	assert_int_equal(cursor_u32_little(&cursor, 0), 0x78563412);
}

static void test_read_goes_beyond_the_end(void **state)
{
	struct cursor cursor = begin(3, 100);

	(void)state;
	assert_int_equal(cursor_u8(&cursor, 3), 0);
	assert_int_equal(cursor_u16(&cursor, 2), 0x5600);
	assert_int_equal(cursor_u32(&cursor, 3), 0);
}

static void test_skip_runs_past_the_captured_bytes(void **state)
{
	struct cursor cursor = begin(3, 100);

	(void)state;
	cursor_skip(&cursor, 50);
	assert_ptr_equal(cursor.at, octets + 3);
	assert_int_equal(cursor.left, 0);
	assert_int_equal(cursor.stated, 97);
}

static void test_inner_length_escapes_its_container(void **state)
{
	struct cursor cursor = begin(4, 4);

	(void)state;
	assert_true(cursor_narrow(&cursor, 3));
	assert_int_equal(cursor.left, 3);
	assert_false(cursor_narrow(&cursor, 4));
	assert_int_equal(cursor.stated, 3);
}

static void test_snapped_capture_is_called_malformed(void **state)
{
	struct cursor snapped = begin(4, 100), whole = begin(4, 100);

	(void)state;
	assert_true(cursor_narrow(&snapped, 50));
	assert_int_equal(cursor_short(&snapped), PACKET_TRUNCATED);
	assert_true(cursor_narrow(&whole, 4));
	assert_int_equal(cursor_short(&whole), PACKET_MALFORMED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_byte_order_is_that_of_the_machine),
		cmocka_unit_test(test_read_goes_beyond_the_end),
		cmocka_unit_test(test_skip_runs_past_the_captured_bytes),
		cmocka_unit_test(test_inner_length_escapes_its_container),
		cmocka_unit_test(test_snapped_capture_is_called_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/pack.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct pack_heap heap;

static int begin(void **state)
{
	(void)state;
	pack_heap_done(&heap);
	return 0;
}

static struct pack_writer make_writer(uint8_t *buffer, size_t room)
{
	return (struct pack_writer){buffer, room, 0, pack_heap_take, &heap, 0};
}

/* Gives the heap's bytes one by one. */
static int refill_byte(void *argument, struct pack_reader *reader)
{
	size_t *place = argument;

	if (*place == heap.used)
		return -EBADMSG;
	reader->next = heap.bytes + (*place)++;
	reader->left = 1;
	return 0;
}

static void values_come_back_changed(void **state)
{
	uint8_t buffer[7]; /* no value fits more than once */
	struct pack_writer writer = make_writer(buffer, sizeof(buffer));
	char text[16];
	size_t place = 0;

	(void)state;
	pack_put_u8(&writer, 0xfe);
	pack_put_u16(&writer, 0xfedc);
	pack_put_u32(&writer, 0xfedcba98);
	pack_put_u64(&writer, UINT64_C(0xfedcba9876543210));
	pack_put_i64(&writer, INT64_MIN);
	pack_put_double(&writer, -0.0);
	pack_put_double(&writer, 0x1.fffffffffffffp-1022);
	pack_put_text(&writer, "a range");
	pack_put_text(&writer, "");
	assert_int_equal(pack_flush(&writer), 0);

	struct pack_reader reader = {.refill = refill_byte, .argument = &place};
	assert_int_equal(pack_get_u8(&reader), 0xfe);
	assert_int_equal(pack_get_u16(&reader), 0xfedc);
	assert_int_equal(pack_get_u32(&reader), 0xfedcba98);
	assert_true(pack_get_u64(&reader) == UINT64_C(0xfedcba9876543210));
	assert_true(pack_get_i64(&reader) == INT64_MIN);
	assert_true(signbit(pack_get_double(&reader)));
	assert_true(pack_get_double(&reader) == 0x1.fffffffffffffp-1022);
	pack_get_text(&reader, text, sizeof(text));
	assert_string_equal(text, "a range");
	pack_get_text(&reader, text, sizeof(text));
	assert_string_equal(text, "");
	assert_int_equal(reader.error, 0);
}

static void bytes_are_written_in_the_machines_order(void **state)
{
	uint8_t buffer[16];
	struct pack_writer writer = make_writer(buffer, sizeof(buffer));

	(void)state;
	pack_put_u32(&writer, 0x01020304);
	assert_int_equal(pack_flush(&writer), 0);
	assert_memory_equal(heap.bytes, "\4\3\2\1", 4);
}

static void missing_bytes_are_read_as_something(void **state)
{
	const uint8_t bytes[] = {1, 2, 3};
	struct pack_reader reader = {.next = bytes, .left = sizeof(bytes)};

	(void)state;
	assert_int_equal(pack_get_u32(&reader), 0);
	assert_int_equal(reader.error, -EBADMSG);
	assert_int_equal(pack_get_u8(&reader), 0);
}

static void text_or_count_beyond_its_limit_is_taken(void **state)
{
	const uint8_t bytes[] = {4, 0, 'n', 'a', 'm', 'e', 9, 0, 0, 0};
	struct pack_reader reader = {.next = bytes, .left = sizeof(bytes)};
	char text[4];

	(void)state;
	pack_get_text(&reader, text, sizeof(text));
	assert_string_equal(text, "");
	assert_int_equal(reader.error, -EBADMSG);

	reader = (struct pack_reader){.next = bytes + 6, .left = 4};
	assert_int_equal(pack_get_count(&reader, 9), 9);
	reader = (struct pack_reader){.next = bytes + 6, .left = 4};
	assert_int_equal(pack_get_count(&reader, 8), 0);
	assert_int_equal(reader.error, -EBADMSG);
}

static int refuse(void *argument, const uint8_t *bytes, size_t count)
{
	(void)bytes, (void)count;
	++*(int *)argument;
	return -ENOSPC;
}

static void full_disk_is_asked_again(void **state)
{
	uint8_t buffer[8];
	int asked = 0;
	struct pack_writer writer = {buffer, sizeof(buffer), 0, refuse, &asked, 0};

	(void)state;
	for (int i = 0; i < 100; i++)
		pack_put_u64(&writer, 1);
	assert_int_equal(pack_flush(&writer), -ENOSPC);
	assert_int_equal(asked, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(values_come_back_changed, begin),
		cmocka_unit_test_setup(bytes_are_written_in_the_machines_order, begin),
		cmocka_unit_test_setup(missing_bytes_are_read_as_something, begin),
		cmocka_unit_test_setup(text_or_count_beyond_its_limit_is_taken, begin),
		cmocka_unit_test_setup(full_disk_is_asked_again, begin),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	pack_heap_done(&heap);
	return failed;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Hostile hellos: what stands before the fault is told, nothing is read beyond the bytes given. */
#include "flow/hello.h"

#include "tests/unit/client_hello.h"

#define SUITES_AT 35 /* their length: behind version, random and an empty session id */
#define LIST_BYTES 65535u

static struct bytes body;

static int begin(void **state)
{
	(void)state;
	body.size = 0;
	put_hello_body(&body, false);
	return 0;
}

/* Reads the first `count` bytes, in memory of just that size. Spans are compared, not followed. */
static struct hello read_copy(const uint8_t *bytes, size_t count)
{
	uint8_t *copy = test_malloc(count > 0 ? count : 1);
	struct hello hello;

	memcpy(copy, bytes, count);
	hello_read(copy, (uint32_t)count, false, &hello);
	test_free(copy);
	return hello;
}

static void truncated_hello_is_called_whole_or_read_beyond_its_end(void **state)
{
	(void)state;
	assert_true(read_copy(body.data, body.size).is_whole);
	for (size_t count = 0; count < body.size; count++) {
		/* Without extensions it would be one of TLS 1.2. */
		bool is_complete = count == SUITES_AT + 2 + sizeof client_hello_suites + 2;

		assert_int_equal(read_copy(body.data, count).is_whole, is_complete);
	}
}

static void lying_length_is_believed(void **state)
{
	(void)state;
	for (size_t at = SUITES_AT; at + 1 < body.size; at++) {
		struct bytes lie = body;
		struct hello hello;

		lie.data[at] = lie.data[at + 1] = 0xff;
		hello = read_copy(lie.data, lie.size);
		assert_true(hello.name.count <= body.size && hello.alpn.count <= body.size);
		assert_true(hello.suites.count <= body.size && hello.groups.count <= body.size);
	}
	body.data[SUITES_AT] = 0xff;
	assert_false(read_copy(body.data, body.size).is_whole);
	assert_int_equal(read_copy(body.data, body.size).suites.count, 0);
}

/* A hello with this name, whose extension, list and name claim these lengths. */
static struct hello hello_with_name(
	const char *name, size_t bytes, unsigned extension, unsigned list, unsigned claimed)
{
	struct bytes hello = {.size = 0};

	put(&hello, "\3\3--------------------------------\0\0\2\x13\1\1\0", 41);
	put16(&hello, (unsigned)(9 + bytes));
	put16(&hello, 0);
	put16(&hello, extension);
	put16(&hello, list);
	put(&hello, "", 1);
	put16(&hello, claimed);
	put(&hello, name, bytes);
	return read_copy(hello.data, hello.size);
}

static void name_reaches_beyond_its_extension(void **state)
{
	struct hello hello = hello_with_name("a.example", 9, 14, 12, 9);

	(void)state;
	assert_true(hello.is_whole);
	assert_int_equal(hello.name.count, 9);
	hello = hello_with_name("a.example", 9, 14, 12, 10);
	assert_false(hello.is_whole);
	assert_int_equal(hello.name.count, 0);
	hello = hello_with_name("a.example", 9, 14, 13, 10);
	assert_int_equal(hello.name.count, 0);
	hello = hello_with_name("a.example", 9, 15, 12, 9);
	assert_int_equal(hello.name.count, 0);
	/* What it holds is somebody else's affair: all of it is told. */
	hello = hello_with_name("\n\x1b\xff\0\xc0\xaf", 6, 11, 9, 6);
	assert_true(hello.is_whole);
	assert_int_equal(hello.name.count, 6);
}

static void list_of_64_kib_overflows_a_count(void **state)
{
	uint8_t *bytes = test_calloc(SUITES_AT + 4 + 2 * (LIST_BYTES + 2), 1);
	uint32_t at = SUITES_AT, count = 0;
	uint16_t value, type;
	struct hello_span extension;
	struct hello hello;

	(void)state;
	memcpy(bytes + at, "\xff\xfe", 2); /* suites */
	at += 2 + LIST_BYTES - 1;
	memcpy(bytes + at, "\1\0\xff\xfc", 4); /* no compression; empty extensions of type 0 */
	at += 4 + LIST_BYTES - 3;
	for (uint32_t i = 0; i < LIST_BYTES - 3; i += 4)
		memcpy(bytes + at - (LIST_BYTES - 3) + i, "\x7f\x7f\0", 4);
	hello_read(bytes, at, false, &hello);
	assert_true(hello.is_whole);
	while (hello_next(&hello.suites, &value))
		count++;
	assert_int_equal(count, 32767);
	for (count = 0; hello_next_extension(&hello.extensions, &type, &extension); count++)
		assert_int_equal(type, 0x7f7f);
	assert_int_equal(count, 16383);
	test_free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
			truncated_hello_is_called_whole_or_read_beyond_its_end, begin),
		cmocka_unit_test_setup(lying_length_is_believed, begin),
		cmocka_unit_test(name_reaches_beyond_its_extension),
		cmocka_unit_test(list_of_64_kib_overflows_a_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

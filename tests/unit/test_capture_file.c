/* SPDX-License-Identifier: Apache-2.0 */
/* One capture file: formats, times, damage. */
#include "capture_bytes.h"

#include <errno.h>

/* Reads a file made of `data`; the fault, if any, is in `heard`, without the folder's name. */
static size_t read_file(const void *data, size_t size, struct heard *heard, struct frame *ret_first)
{
	char *path = path_with("x.pcap", data, size);
	struct capture *capture = capture_begin(heard, &path, 1);
	struct frame frame;
	size_t frames = 0;

	while (capture_next(capture, 0, &frame) == CAPTURE_FRAME)
		if (frames++ == 0 && ret_first)
			*ret_first = frame;
	capture_close(capture);
	free(path);
	if (heard->count > 0)
		memmove(heard->place, heard->place + strlen(folder) + 1,
			strlen(heard->place + strlen(folder) + 1) + 1);
	return frames;
}

static void assert_first_time(const struct blob *blob, int64_t time_us)
{
	struct heard heard;
	struct frame frame;

	assert_int_equal(read_file(blob->data, blob->size, &heard, &frame), 1);
	assert_int_equal(heard.count, 0);
	assert_int_equal(frame.time_us, time_us);
	assert_int_equal(frame.captured_bytes, RECORD_BYTES);
	assert_int_equal(frame.wire_bytes, 60);
	assert_int_equal(frame.link_type, 113);
}

static void test_byte_order_or_resolution_is_misread(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct blob blob = {.big_endian = i & 1};

		blob_put_pcap(&blob, i & 2 ? MAGIC_NANO : MAGIC_MICRO, 113);
		blob_put_record(&blob, 1700000000, i & 2 ? 123456789 : 123456, 1);
		assert_first_time(&blob, 1700000000123456);
	}
}

static void put_section(struct blob *blob)
{
	blob_put32(blob, 0x0a0d0d0a);
	blob_put32(blob, 28);
	blob_put32(blob, 0x1a2b3c4d);
	blob_put16(blob, 1);
	blob_put16(blob, 0);
	blob_put32(blob, UINT32_MAX);
	blob_put32(blob, UINT32_MAX);
	blob_put32(blob, 28);
}

static void put_interface(struct blob *blob, uint16_t link_type)
{
	blob_put32(blob, 1);
	blob_put32(blob, 20);
	blob_put16(blob, link_type);
	blob_put16(blob, 0);
	blob_put32(blob, 65535);
	blob_put32(blob, 20);
}

static void put_enhanced(struct blob *blob, uint32_t interface, uint64_t time)
{
	blob_put32(blob, 6);
	blob_put32(blob, 36);
	blob_put32(blob, interface);
	blob_put32(blob, (uint32_t)(time >> 32));
	blob_put32(blob, (uint32_t)time);
	blob_put32(blob, RECORD_BYTES);
	blob_put32(blob, 60);
	blob_put(blob, "\1\0\0\0", 4);
	blob_put32(blob, 36);
}

static void test_pcapng_is_not_read(void **state)
{
	(void)state;
	for (int big_endian = 0; big_endian < 2; big_endian++) {
		struct blob blob = {.big_endian = big_endian};

		put_section(&blob);
		put_interface(&blob, 113);
		put_enhanced(&blob, 0, 1700000000123456);
		assert_first_time(&blob, 1700000000123456);
	}
}

static void test_second_link_type_is_dropped_in_silence(void **state)
{
	struct blob blob = {0};
	struct heard heard;

	(void)state;
	put_section(&blob);
	put_interface(&blob, 113);
	put_enhanced(&blob, 0, 1);
	put_interface(&blob, 1);
	put_enhanced(&blob, 1, 2);
	assert_int_equal(read_file(blob.data, blob.size, &heard, NULL), 1);
	assert_int_equal(heard.count, 1);
	assert_string_equal(heard.place, "x.pcap: packet 2, byte offset 104");
	assert_non_null(strstr(heard.message, "type"));
}

static void test_absurd_time_overflows(void **state)
{
	struct blob blob = {0};
	struct heard heard;
	struct frame frame;

	(void)state;
	put_section(&blob);
	blob_put32(&blob, 1); /* an interface that counts whole seconds in 64 bits */
	blob_put32(&blob, 32);
	blob_put16(&blob, 113);
	blob_put16(&blob, 0);
	blob_put32(&blob, 65535);
	blob_put16(&blob, 9);
	blob_put16(&blob, 1);
	blob_put32(&blob, 0);
	blob_put32(&blob, 0);
	blob_put32(&blob, 32);
	put_enhanced(&blob, 0, INT64_MAX);
	assert_int_equal(read_file(blob.data, blob.size, &heard, &frame), 1);
	assert_int_equal(frame.time_us, (INT64_C(1) << 42) * 1000000);
}

static void test_wire_length_below_the_captured_one_is_believed(void **state)
{
	struct blob blob = {0};
	struct heard heard;
	struct frame frame;

	(void)state;
	blob_put_pcap(&blob, MAGIC_MICRO, 1);
	blob_put_record(&blob, 1, 0, 1);
	blob.data[24 + 12] = 2;
	assert_int_equal(read_file(blob.data, blob.size, &heard, &frame), 1);
	assert_int_equal(frame.captured_bytes, RECORD_BYTES);
	assert_int_equal(frame.wire_bytes, RECORD_BYTES);
}

static void test_packets_before_the_damage_are_lost(void **state)
{
	static const struct {
		size_t missing;
		const char *place;
	} cuts[] = {
		{1, "x.pcap: packet 3, byte offset 83"},
		{4, "x.pcap: packet 3, byte offset 80"},
		{19, "x.pcap: packet 3, byte offset 65"},
	};
	struct blob blob = blob_at_seconds((const uint32_t[]){1, 2, 3}, 3);
	struct heard heard;

	(void)state;
	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		size_t size = blob.size - cuts[i].missing;

		assert_int_equal(read_file(blob.data, size, &heard, NULL), 2);
		assert_int_equal(heard.count, 1);
		assert_string_equal(heard.place, cuts[i].place);
		assert_non_null(strstr(heard.message, "truncated"));
	}
	assert_int_equal(read_file(blob.data, blob.size - 20, &heard, NULL), 2);
	assert_int_equal(heard.count, 0);
}

static void test_huge_packet_length_is_believed(void **state)
{
	struct blob blob = blob_at_seconds((const uint32_t[]){1, 2}, 2);
	struct heard heard;

	(void)state;
	memset(blob.data + 24 + 20 + 8, 0x7f, 4);
	assert_int_equal(read_file(blob.data, blob.size, &heard, NULL), 1);
	assert_int_equal(heard.count, 1);
	assert_string_equal(heard.place, "x.pcap: packet 2, byte offset 60");
}

static void test_what_is_no_capture_is_not_said_clearly(void **state)
{
	struct heard heard;

	(void)state;
	assert_int_equal(read_file("", 0, &heard, NULL), 0);
	assert_int_equal(heard.count, 1);
	assert_string_equal(heard.place, "x.pcap");
	assert_string_equal(heard.message, "empty file");
	assert_int_equal(read_file("hello, world\n", 13, &heard, NULL), 0);
	assert_int_equal(heard.count, 1);
	assert_non_null(strstr(heard.message, "not a capture"));
	assert_int_equal(read_file("\xd4\xc3", 2, &heard, NULL), 0);
	assert_non_null(strstr(heard.message, "not a capture"));
	assert_int_equal(read_file("\xd4\xc3\xb2\xa1\2\0", 6, &heard, NULL), 0);
	assert_int_equal(heard.count, 1);
	assert_string_equal(heard.place, "x.pcap: byte offset 6");
}

static void test_capture_without_packets_is_a_fault(void **state)
{
	struct blob blob = {0};
	struct heard heard;

	(void)state;
	blob_put_pcap(&blob, MAGIC_MICRO, 1);
	assert_int_equal(read_file(blob.data, blob.size, &heard, NULL), 0);
	assert_int_equal(heard.count, 0);
}

static void test_missing_file_stops_the_others(void **state)
{
	struct blob blob = blob_at_seconds((const uint32_t[]){5}, 1);
	char *paths[] = {path_of("missing.pcap"), path_with("x.pcap", blob.data, blob.size),
		path_of("x.pcap/below")};
	struct capture_stats stats;
	struct heard heard;
	struct capture *capture = capture_begin(&heard, paths, 3);
	int64_t seconds[1];

	(void)state;
	assert_int_equal(heard.count, 2);
	assert_string_equal(heard.place, paths[2]);
	assert_string_equal(heard.message, strerror(ENOTDIR));
	assert_int_equal(capture_drain(capture, seconds, 1, true), 1);
	capture_stats(capture, &stats);
	assert_int_equal(stats.faults, 2);
	assert_int_equal(stats.files, 1);
	assert_int_equal(stats.files_done, 1);
	assert_int_equal(stats.frames, 1);
	assert_int_equal(stats.bytes, 60);
	capture_close(capture);
	for (int i = 0; i < 3; i++)
		free(paths[i]);
}

static void test_version_of_the_library_is_unknown(void **state)
{
	(void)state;
	assert_in_range(*capture_library_version(), '0', '9'); /* a number, not the name */
}

static void test_patched_tcpdump_of_old_is_not_read(void **state)
{
	struct blob blob = {0};

	(void)state;
	for (int big_endian = 0; big_endian < 2; big_endian++) {
		blob = (struct blob){.big_endian = big_endian};
		blob_put_pcap(&blob, 0xa1b2cd34, 113);
		blob_put32(&blob, 1700000000);
		blob_put32(&blob, 123456);
		blob_put32(&blob, RECORD_BYTES);
		blob_put32(&blob, 60);
		blob_put(&blob, "\0\0\0\0\0\0\0\0abcd", 12); /* interface, protocol, type */
		assert_first_time(&blob, 1700000000123456);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_byte_order_or_resolution_is_misread),
		cmocka_unit_test(test_pcapng_is_not_read),
		cmocka_unit_test(test_second_link_type_is_dropped_in_silence),
		cmocka_unit_test(test_absurd_time_overflows),
		cmocka_unit_test(test_wire_length_below_the_captured_one_is_believed),
		cmocka_unit_test(test_packets_before_the_damage_are_lost),
		cmocka_unit_test(test_huge_packet_length_is_believed),
		cmocka_unit_test(test_what_is_no_capture_is_not_said_clearly),
		cmocka_unit_test(test_capture_without_packets_is_a_fault),
		cmocka_unit_test(test_missing_file_stops_the_others),
		cmocka_unit_test(test_version_of_the_library_is_unknown),
		cmocka_unit_test(test_patched_tcpdump_of_old_is_not_read),
	};

	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}

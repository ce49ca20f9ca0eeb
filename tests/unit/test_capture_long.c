/* SPDX-License-Identifier: Apache-2.0 */
/* Captures longer than any buffer, which a thread reads ahead. */
#include "capture/ahead.h"
#include "capture_bytes.h"
#include "capture_packing.h"

#define PACKETS 60000
#define DATA_BYTES 64
#define STEP_BYTES (16 + DATA_BYTES) /* from one record to the next */
#define HEAD_BYTES 24
#define LONG_BYTES (HEAD_BYTES + PACKETS * STEP_BYTES)
#define PACKED_MAX (2 * LONG_BYTES)

static uint8_t plain[LONG_BYTES], packed[PACKED_MAX];

/* Bytes that no packer makes much shorter, the same in every run. */
static uint32_t next_number(uint32_t *number)
{
	return *number = *number * 1664525 + 1013904223;
}

static void fill_data(uint32_t *number, uint8_t ret_data[DATA_BYTES])
{
	for (size_t i = 0; i < DATA_BYTES; i++)
		ret_data[i] = (uint8_t)(next_number(number) >> 24);
}

static int make_plain(void **state)
{
	struct blob head = {0};
	uint32_t number = 1;
	uint8_t *at = plain + HEAD_BYTES;

	blob_put_pcap(&head, MAGIC_MICRO, 1);
	memcpy(plain, head.data, HEAD_BYTES);
	for (uint32_t i = 0; i < PACKETS; i++, at += STEP_BYTES) {
		memcpy(at, (uint32_t[4]){i, 0, DATA_BYTES, DATA_BYTES}, 16);
		fill_data(&number, at + 16);
	}
	return folder_make(state);
}

static struct capture *open_long(const void *data, size_t size, struct heard *heard)
{
	char *path = path_with("long", data, size);
	struct capture *capture = capture_begin(heard, &path, 1);

	free(path);
	return capture;
}

/* Reads to the end, or the fault; returns how many packets came, each as it was made. */
static uint32_t drain_long(struct capture *capture)
{
	uint32_t number = 1, count = 0;
	uint8_t data[DATA_BYTES];
	struct frame frame;

	for (; capture_next(capture, 0, &frame) == CAPTURE_FRAME; count++) {
		fill_data(&number, data);
		assert_int_equal(frame.time_us, count * INT64_C(1000000));
		assert_int_equal(frame.captured_bytes, DATA_BYTES);
		assert_memory_equal(frame.data, data, DATA_BYTES);
	}
	return count;
}

static uint32_t read_long(const void *data, size_t size, struct heard *heard)
{
	struct capture *capture = open_long(data, size, heard);
	uint32_t count = drain_long(capture);

	capture_close(capture);
	return count;
}

static size_t pack_long(size_t packing)
{
	size_t size = packings[packing].pack(packed, PACKED_MAX, plain, LONG_BYTES);

	assert_true(size >= AHEAD_BLOCKS * AHEAD_BLOCK_BYTES); /* or it would not be read ahead */
	return size;
}

static void test_long_capture_is_garbled(void **state)
{
	struct heard heard;

	(void)state;
	assert_int_equal(read_long(plain, LONG_BYTES, &heard), PACKETS);
	assert_int_equal(heard.count, 0);
	for (size_t i = 0; i < PACKINGS; i++) {
		size_t size = pack_long(i);

		assert_int_equal(read_long(packed, size, &heard), PACKETS);
		assert_int_equal(heard.count, 0);
	}
}

static void test_cut_far_on_has_another_place(void **state)
{
	struct heard heard;

	(void)state;
	assert_int_equal(read_long(plain, LONG_BYTES - 1, &heard), PACKETS - 1);
	assert_int_equal(heard.count, 1);
	assert_non_null(strstr(heard.place, "long: packet 60000, byte offset 4800023"));
	for (size_t i = 0; i < PACKINGS; i++) {
		size_t size = pack_long(i);

		/* zstd gives nothing of a block that is not whole. */
		assert_in_range(read_long(packed, size - 1, &heard),
			PACKETS - ZSTD_BLOCKSIZE_MAX / STEP_BYTES - 1, PACKETS);
		assert_int_equal(heard.count, 1);
		assert_non_null(strstr(heard.message, packings[i].name));
		assert_non_null(strstr(heard.message, "ends early"));
	}
}

/* A thread that reads ahead knows of a fault before it is anybody's turn to hear of it. */
static void test_fault_far_on_is_told_in_place_of_an_earlier_one(void **state)
{
	const uint32_t absurd = UINT32_MAX;
	uint8_t *length = plain + HEAD_BYTES + 10 * STEP_BYTES + 8;
	struct heard heard;

	(void)state;
	memcpy(length, &absurd, sizeof(absurd));
	for (size_t i = 0; i < PACKINGS; i++) {
		size_t size = pack_long(i);

		assert_int_equal(read_long(packed, size - 1, &heard), 10);
		assert_int_equal(heard.count, 1);
		assert_non_null(strstr(heard.place, "packet 11,"));
		assert_null(strstr(heard.message, "ends early"));
	}
	memcpy(length, &(uint32_t){DATA_BYTES}, sizeof(uint32_t));
}

static void test_long_capture_cannot_be_left_midway(void **state)
{
	struct heard heard;
	struct frame frame;

	(void)state;
	for (uint32_t packets = 1; packets < PACKETS; packets *= 40) {
		struct capture *capture = open_long(plain, LONG_BYTES, &heard);

		for (uint32_t i = 0; i < packets; i++)
			assert_int_equal(capture_next(capture, 0, &frame), CAPTURE_FRAME);
		capture_close(capture);
		assert_int_equal(heard.count, 0);
	}
}

static void test_what_is_read_ahead_counts_as_done(void **state)
{
	struct heard heard;
	struct capture *capture = open_long(plain, LONG_BYTES, &heard);
	struct capture_stats stats;
	struct frame frame;

	(void)state;
	assert_int_equal(capture_next(capture, 0, &frame), CAPTURE_FRAME);
	capture_stats(capture, &stats);
	assert_int_equal(stats.input_bytes, LONG_BYTES);
	assert_in_range(stats.input_bytes_done, 1, AHEAD_BLOCK_BYTES);
	while (capture_next(capture, 0, &frame) == CAPTURE_FRAME)
		;
	capture_stats(capture, &stats);
	assert_int_equal(stats.input_bytes_done, LONG_BYTES);
	capture_close(capture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_long_capture_is_garbled),
		cmocka_unit_test(test_cut_far_on_has_another_place),
		cmocka_unit_test(test_fault_far_on_is_told_in_place_of_an_earlier_one),
		cmocka_unit_test(test_long_capture_cannot_be_left_midway),
		cmocka_unit_test(test_what_is_read_ahead_counts_as_done),
	};

	return cmocka_run_group_tests(tests, make_plain, folder_remove);
}

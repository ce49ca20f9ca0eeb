/* SPDX-License-Identifier: Apache-2.0 */
/* Captures packed with gzip and zstd. */
#include "capture_bytes.h"
#include "capture_packing.h"

#define PACKETS 100

static void pack_more(struct blob *packed, pack *packer, const void *data, size_t size)
{
	packed->size += packer(
		packed->data + packed->size, sizeof(packed->data) - packed->size, data, size);
}

static struct blob make_capture(void)
{
	struct blob blob = {0};

	blob_put_pcap(&blob, MAGIC_MICRO, 1);
	for (uint32_t i = 0; i < PACKETS; i++)
		blob_put_record(&blob, i, 0, (uint8_t)i);
	return blob;
}

static size_t read_packed(
	const struct blob *packed, struct heard *heard, struct capture_stats *ret_stats)
{
	char *path = path_with("x.packed", packed->data, packed->size);
	struct capture *capture = capture_begin(heard, &path, 1);
	int64_t marks[PACKETS];
	size_t count = capture_drain(capture, marks, PACKETS, false);

	for (size_t i = 0; i < count; i++)
		assert_int_equal(marks[i], i);
	capture_stats(capture, ret_stats);
	capture_close(capture);
	free(path);
	return count;
}

static void test_packed_capture_is_not_read(void **state)
{
	struct blob plain = make_capture();

	(void)state;
	for (size_t i = 0; i < PACKINGS; i++) {
		struct blob packed = {0};
		struct capture_stats stats;
		struct heard heard;

		pack_more(&packed, packings[i].pack, plain.data, plain.size);
		assert_int_equal(read_packed(&packed, &heard, &stats), PACKETS);
		assert_int_equal(heard.count, 0);
		assert_int_equal(stats.input_bytes, packed.size);
		assert_int_equal(stats.input_bytes_done, packed.size);
	}
}

static void test_second_member_or_frame_is_dropped(void **state)
{
	struct blob plain = make_capture();

	(void)state;
	for (size_t i = 0; i < PACKINGS; i++) {
		for (size_t cut = 0; cut < 60; cut++) {
			struct blob packed = {0};
			struct capture_stats stats;
			struct heard heard;

			pack_more(&packed, packings[i].pack, plain.data, cut);
			pack_more(&packed, packings[i].pack, plain.data + cut, plain.size - cut);
			assert_int_equal(read_packed(&packed, &heard, &stats), PACKETS);
			assert_int_equal(heard.count, 0);
		}
	}
}

static void test_padding_after_gzip_is_a_fault(void **state)
{
	struct blob plain = make_capture(), packed = {0};
	struct capture_stats stats;
	struct heard heard;

	(void)state;
	pack_more(&packed, deflate_all, plain.data, plain.size);
	packed.size += 100;
	assert_int_equal(read_packed(&packed, &heard, &stats), PACKETS);
	assert_int_equal(heard.count, 0);
}

static void assert_reads_until_damage(
	const struct blob *packed, const char *name, const char *phrase)
{
	struct capture_stats stats;
	struct heard heard;
	size_t count = read_packed(packed, &heard, &stats);

	assert_true(count <= PACKETS);
	assert_int_equal(heard.count, 1);
	assert_int_equal(stats.faults, 1);
	assert_int_equal(stats.frames, count);
	assert_int_equal(stats.files_done, 0);
	assert_non_null(strstr(heard.message, name));
	assert_non_null(strstr(heard.message, phrase));
}

static void test_early_end_passes_for_the_end(void **state)
{
	struct blob plain = make_capture();

	(void)state;
	for (size_t i = 0; i < PACKINGS; i++) {
		struct blob packed = {0};

		pack_more(&packed, packings[i].pack, plain.data, plain.size);
		for (; packed.size > 4; packed.size--) {
			struct blob cut = packed;

			cut.size--;
			assert_reads_until_damage(&cut, packings[i].name, "ends early");
		}
	}
}

static void test_early_end_loses_what_came_before(void **state)
{
	struct blob plain = make_capture(), packed = {0};
	struct capture_stats stats;
	struct heard heard;
	char place[128];

	(void)state;
	pack_more(&packed, deflate_all, plain.data, 24 + 20 * 50);
	pack_more(&packed, deflate_all, plain.data + 24 + 20 * 50, 20 * 50);
	packed.size -= 9; /* the second member's length, checksum and last byte */
	assert_in_range(read_packed(&packed, &heard, &stats), 50, PACKETS);
	assert_int_equal(heard.count, 1);
	snprintf(place, sizeof(place), "packet %lu, byte offset", (unsigned long)stats.frames + 1);
	assert_non_null(strstr(heard.place, place));
	assert_non_null(strstr(heard.place, "of the unpacked data"));
}

static void test_damage_inside_is_passed_on_as_packets(void **state)
{
	struct blob plain = make_capture();

	(void)state;
	for (size_t i = 0; i < PACKINGS; i++) {
		struct blob packed = {0};
		size_t second;

		pack_more(&packed, packings[i].pack, plain.data, 24 + 20 * 50);
		second = packed.size;
		pack_more(&packed, packings[i].pack, plain.data + 24 + 20 * 50, 20 * 50);
		packed.data[second + packings[i].descriptor] = 0xff;
		assert_reads_until_damage(&packed, packings[i].name, "damaged");
	}
}

static void test_packed_text_is_not_said_clearly(void **state)
{
	(void)state;
	for (size_t i = 0; i < PACKINGS; i++) {
		struct blob packed = {0};
		struct capture_stats stats;
		struct heard heard;

		pack_more(&packed, packings[i].pack, "hello, world\n", 13);
		assert_int_equal(read_packed(&packed, &heard, &stats), 0);
		assert_int_equal(heard.count, 1);
		assert_non_null(strstr(heard.message, "not a capture"));
		packed.size = 0;
		pack_more(&packed, packings[i].pack, "", 0);
		assert_int_equal(read_packed(&packed, &heard, &stats), 0);
		assert_string_equal(heard.message, "empty file");
	}
}

static void test_skippable_frame_hides_the_capture(void **state)
{
	struct blob plain = make_capture(), packed = {0};
	struct capture_stats stats;
	struct heard heard;

	(void)state;
	blob_put(&packed, "\x5f\x2a\x4d\x18\4\0\0\0skip", 12);
	pack_more(&packed, compress_all, plain.data, plain.size);
	assert_int_equal(read_packed(&packed, &heard, &stats), PACKETS);
	assert_int_equal(heard.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_packed_capture_is_not_read),
		cmocka_unit_test(test_second_member_or_frame_is_dropped),
		cmocka_unit_test(test_padding_after_gzip_is_a_fault),
		cmocka_unit_test(test_early_end_passes_for_the_end),
		cmocka_unit_test(test_early_end_loses_what_came_before),
		cmocka_unit_test(test_damage_inside_is_passed_on_as_packets),
		cmocka_unit_test(test_packed_text_is_not_said_clearly),
		cmocka_unit_test(test_skippable_frame_hides_the_capture),
	};

	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}

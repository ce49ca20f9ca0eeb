/* SPDX-License-Identifier: Apache-2.0 */
/* What a crash, a fault of the disk, or another version leaves in the files of a spool. */
#include "publish/record.h"
#include "publish/segment.h"

#include "tests/unit/spool_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

/* The one segment of a spool with the entries 1, 2, 3. Returns its length. */
static size_t make_three(uint8_t *bytes, size_t size)
{
	struct spool *spool = reopen(NULL, 0, 0);
	char name[SEGMENT_NAME_SIZE];
	for (uint64_t i = 1; i <= 3; i++)
		assert_int_equal(append(spool, i), 0);
	spool_close(spool);
	int fd = open(path_of(segment_name(1, name)), O_RDONLY);
	assert_true(fd >= 0);
	ssize_t length = read(fd, bytes, size);
	close(fd);
	assert_in_range(length, 100, (ssize_t)size - 1);
	return (size_t)length;
}

static void write_segment(const uint8_t *bytes, size_t length)
{
	char name[SEGMENT_NAME_SIZE];
	int fd = open(path_of(segment_name(1, name)), O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, length), length);
	close(fd);
}

static void crash_at_any_byte_costs_the_torn_alert_only(void **state)
{
	(void)state;
	static const char *const loaded[] = {"", "1 ", "1 2 ", "1 2 3 "};
	uint8_t bytes[1024];
	size_t length = make_three(bytes, sizeof bytes);
	size_t record = (length - SEGMENT_HEADER_BYTES) / 3;
	assert_int_equal(record * 3 + SEGMENT_HEADER_BYTES, length);
	for (size_t cut = 0; cut <= length; cut++) {
		size_t whole =
			cut < SEGMENT_HEADER_BYTES ? 0 : (cut - SEGMENT_HEADER_BYTES) / record;
		char expected[32];
		write_segment(bytes, cut);
		struct spool *spool = reopen(NULL, 0, 0);
		assert_string_equal(load_all(spool), loaded[whole]);
		assert_int_equal(append(spool, 9), 0);
		assert_string_equal(load_all(spool), "9 ");
		spool = reopen(spool, 0, 0);
		snprintf(expected, sizeof expected, "%s9 ", loaded[whole]);
		assert_string_equal(load_all(spool), expected);
		spool_close(spool);
		empty_folder();
		assert_int_equal(mkdir(spool_folder, 0700), 0);
	}
}

static void damaged_byte_costs_its_own_alert_only(void **state)
{
	(void)state;
	static const char *const loaded[] = {"2 3 ", "1 3 ", "1 2 "};
	uint8_t bytes[1024];
	size_t length = make_three(bytes, sizeof bytes);
	size_t record = (length - SEGMENT_HEADER_BYTES) / 3;
	for (size_t at = SEGMENT_HEADER_BYTES; at < length; at++) {
		struct spool_stats stats;
		bytes[at] ^= 0x10;
		write_segment(bytes, length);
		struct spool *spool = reopen(NULL, 0, 0);
		assert_string_equal(load_all(spool), loaded[(at - SEGMENT_HEADER_BYTES) / record]);
		spool_stats(spool, &stats);
		assert_true(stats.damaged_bytes >= record);
		spool_close(spool);
		bytes[at] ^= 0x10;
	}
}

/* A file system may leave zeros where data had not reached the disk. */
static void zeros_after_a_crash_are_cut_off(void **state)
{
	(void)state;
	uint8_t bytes[8192] = {0};
	size_t length = make_three(bytes, 1024);
	write_segment(bytes, sizeof bytes);
	struct spool *spool = reopen(NULL, 0, 0);
	assert_string_equal(load_all(spool), "1 2 3 ");
	spool = reopen(spool, 0, 0);
	struct spool_stats stats;
	spool_stats(spool, &stats);
	assert_int_equal(stats.bytes, length);
	assert_int_equal(stats.damaged_bytes, 0);
	spool_close(spool);
}

static void spool_of_a_newer_version_is_left_alone(void **state)
{
	(void)state;
	uint8_t bytes[1024];
	size_t length = make_three(bytes, sizeof bytes);
	struct spool *spool = NULL;
	struct stat status;
	char name[SEGMENT_NAME_SIZE];
	const struct spool_settings settings = {.folder = spool_folder};
	bytes[SEGMENT_HEADER_BYTES - 1] = SEGMENT_VERSION + 1;
	write_segment(bytes, length);
	assert_int_equal(spool_open(&settings, &spool), -EPROTONOSUPPORT);
	assert_int_equal(stat(path_of(segment_name(1, name)), &status), 0);
	assert_int_equal(status.st_size, length);
}

static void watermark_that_cannot_be_trusted_repeats_and_loses_nothing(void **state)
{
	(void)state;
	static const char *const contents[] = {"", "x", "garbage garbage"};
	for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
		struct spool *spool = reopen(NULL, 0, 0);
		for (uint64_t number = 1; number <= 3; number++)
			assert_int_equal(append(spool, number), 0);
		spool_acknowledge(spool, 3);
		spool_close(spool);
		FILE *file = fopen(path_of("acknowledged"), "w");
		assert_non_null(file);
		fputs(contents[i], file);
		fclose(file);
		spool = reopen(NULL, 0, 0);
		assert_string_equal(load_all(spool), "1 2 3 ");
		spool_close(spool);
		empty_folder();
	}
}

/* The last segment was begun and the machine went down before its header was written. */
static void segment_without_header_does_not_reset_the_numbers(void **state)
{
	(void)state;
	struct spool *spool = reopen(NULL, 0, 0);
	char name[SEGMENT_NAME_SIZE];
	for (uint64_t i = 1; i <= 3; i++)
		assert_int_equal(append(spool, i), 0);
	spool_close(spool);
	int fd = open(path_of(segment_name(4, name)), O_WRONLY | O_CREAT, 0600);
	assert_true(fd >= 0);
	close(fd);
	spool = reopen(NULL, 0, 0);
	assert_int_equal(spool_next(spool), 4);
	assert_int_equal(append(spool, 4), 0);
	assert_string_equal(load_all(spool), "1 2 3 4 ");
	spool_close(spool);
}

/* Any bytes: told from a record, and never read beyond their end. */
static void checksum_that_fits_does_not_excuse_the_form(void **state)
{
	(void)state;
	struct entry *entry = make_entry(1);
	size_t size = record_size(entry), found;
	uint64_t sequence;
	uint8_t *bytes = malloc(size);
	assert_non_null(bytes);
	record_encode(entry, 7, bytes);
	assert_int_equal(record_check(bytes, size, &found, &sequence), RECORD_WHOLE);
	assert_int_equal(found, size);
	assert_int_equal(sequence, 7);
	for (size_t length = 0; length < size; length++)
		assert_int_equal(record_check(bytes, length, &found, &sequence), RECORD_TORN);
	entry->count++;
	record_encode(entry, 7, bytes);
	assert_int_equal(record_check(bytes, size, &found, &sequence), RECORD_DAMAGED);
	entry->count -= 2;
	record_encode(entry, 7, bytes);
	assert_int_equal(record_check(bytes, size, &found, &sequence), RECORD_DAMAGED);
	free(bytes);
	entry_free(entry);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SPOOL_TEST(crash_at_any_byte_costs_the_torn_alert_only),
		SPOOL_TEST(damaged_byte_costs_its_own_alert_only),
		SPOOL_TEST(zeros_after_a_crash_are_cut_off),
		SPOOL_TEST(spool_of_a_newer_version_is_left_alone),
		SPOOL_TEST(watermark_that_cannot_be_trusted_repeats_and_loses_nothing),
		SPOOL_TEST(segment_without_header_does_not_reset_the_numbers),
		SPOOL_TEST(checksum_that_fits_does_not_excuse_the_form),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "publish/record.h"
#include "publish/segment.h"
#include "publish/spool.h"
#include "publish/window.h"

static char folder[] = "/tmp/surgetap-spool-XXXXXX";
static char spool_folder[64];

static const char *path_of(const char *name)
{
	static char path[512];
	snprintf(path, sizeof path, "%s/%s", spool_folder, name);
	return path;
}

static void empty_folder(void)
{
	DIR *directory = opendir(spool_folder);
	struct dirent *file;
	while (directory && (file = readdir(directory)))
		if (file->d_name[0] != '.')
			unlink(path_of(file->d_name));
	if (directory)
		closedir(directory);
	rmdir(spool_folder);
}

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(spool_folder, sizeof spool_folder, "%s/spool", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	empty_folder();
	return rmdir(folder);
}

static int clean(void **state)
{
	(void)state;
	empty_folder();
	return 0;
}

static struct spool *reopen(struct spool *spool, uint64_t segment_bytes, uint64_t bytes_max)
{
	const struct spool_settings settings = {
		.folder = spool_folder, .segment_bytes = segment_bytes, .bytes_max = bytes_max};
	spool_close(spool);
	spool = NULL;
	assert_int_equal(spool_open(&settings, &spool), 0);
	assert_non_null(spool);
	return spool;
}

/* An entry whose id tells which one it is. */
static struct entry *make_entry(uint64_t number)
{
	const struct publisher_field field = {"number", (double)number};
	struct entry *entry = entry_new_usage(&(struct publisher_usage){.range = "range",
		.start_s = (int64_t)number,
		.since_s = (int64_t)number,
		.scale_s = 60,
		.fields = &field,
		.count = 1});
	assert_non_null(entry);
	return entry;
}

static int append(struct spool *spool, uint64_t number)
{
	struct entry *entry = make_entry(number);
	int r = spool_append(spool, entry);
	entry_free(entry);
	return r;
}

static uint64_t number_of(const struct entry *entry)
{
	const char *strings[4];
	assert_int_equal(entry_list(entry, strings, 4), 4);
	assert_string_equal(strings[0], "usage:range");
	assert_string_equal(strings[2], "number");
	return strtoull(strings[3], NULL, 10);
}

/* Loads all there is, a few at a time, and writes their numbers, as in "1 2 5 ". */
static const char *load_all(struct spool *spool)
{
	static char numbers[4096];
	uint64_t after = 0;
	struct entry *first;
	*numbers = '\0';
	do {
		assert_int_equal(spool_load(spool, after, 3, &first), 0);
		for (struct entry *entry = first; entry;) {
			struct entry *next = entry->next;
			size_t used = strlen(numbers);
			snprintf(numbers + used, sizeof numbers - used, "%d ",
				(int)number_of(entry));
			assert_true(entry->sequence > after);
			after = entry->sequence;
			entry_free(entry);
			entry = next;
		}
	} while (first);
	return numbers;
}

static void alerts_outlive_the_process(void **state)
{
	(void)state;
	struct spool *spool = reopen(NULL, 0, 0);
	for (uint64_t i = 1; i <= 7; i++)
		assert_int_equal(append(spool, i), 0);
	spool = reopen(spool, 0, 0);
	assert_string_equal(load_all(spool), "1 2 3 4 5 6 7 ");
	assert_int_equal(append(spool, 8), 0);
	assert_string_equal(load_all(spool), "8 ");
	spool = reopen(spool, 0, 0);
	assert_string_equal(load_all(spool), "1 2 3 4 5 6 7 8 ");
	spool_close(spool);
}

static void delivered_alerts_do_not_come_back(void **state)
{
	(void)state;
	struct spool_stats stats;
	struct spool *spool = reopen(NULL, 0, 0);
	for (uint64_t i = 1; i <= 5; i++)
		assert_int_equal(append(spool, i), 0);
	spool_acknowledge(spool, 4);
	spool_acknowledge(spool, 2);
	spool = reopen(spool, 0, 0);
	spool_stats(spool, &stats);
	assert_int_equal(stats.pending, 2);
	assert_string_equal(load_all(spool), "4 5 ");
	spool_acknowledge(spool, spool_next(spool));
	spool = reopen(spool, 0, 0);
	assert_string_equal(load_all(spool), "");
	assert_int_equal(spool_next(spool), 6);
	spool_close(spool);
}

static void full_segments_are_left_behind_and_removed(void **state)
{
	(void)state;
	struct spool_stats stats;
	struct spool *spool = reopen(NULL, 200, 0);
	for (uint64_t i = 1; i <= 50; i++)
		assert_int_equal(append(spool, i), 0);
	spool_stats(spool, &stats);
	uint64_t bytes = stats.bytes;
	spool_acknowledge(spool, 41);
	spool_stats(spool, &stats);
	assert_true(stats.bytes < bytes / 3);
	assert_string_equal(load_all(spool), "41 42 43 44 45 46 47 48 49 50 ");
	spool = reopen(spool, 200, 0);
	assert_string_equal(load_all(spool), "41 42 43 44 45 46 47 48 49 50 ");
	assert_int_equal(append(spool, 51), 0);
	assert_string_equal(load_all(spool), "51 ");
	spool_close(spool);
}

static void full_spool_refuses_until_something_is_delivered(void **state)
{
	(void)state;
	struct spool *spool = reopen(NULL, 200, 1000);
	uint64_t taken = 0;
	int r;
	while ((r = append(spool, taken + 1)) == 0)
		taken++;
	assert_int_equal(r, -EDQUOT);
	assert_in_range(taken, 5, 20);
	assert_int_equal(append(spool, 99), -EDQUOT);
	spool_acknowledge(spool, taken);
	assert_int_equal(append(spool, 99), 0);
	char expected[16];
	snprintf(expected, sizeof expected, "%d 99 ", (int)taken);
	assert_string_equal(load_all(spool), expected);
	spool_close(spool);
}

static void second_sensor_is_kept_out(void **state)
{
	(void)state;
	struct spool *spool = reopen(NULL, 0, 0), *second = NULL;
	const struct spool_settings settings = {.folder = spool_folder};
	assert_int_equal(spool_open(&settings, &second), -EBUSY);
	assert_null(second);
	spool_close(spool);
}

static void folder_that_cannot_be_made_is_an_error(void **state)
{
	(void)state;
	struct spool *spool = NULL;
	const struct spool_settings settings = {.folder = "/nonexistent/spool"};
	assert_int_equal(spool_open(&settings, &spool), -ENOENT);
	assert_null(spool);
}

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

static void full_disk_refuses_and_leaves_the_rest_readable(void **state)
{
	(void)state;
	struct rlimit before, small;
	struct spool *spool = reopen(NULL, 0, 0);
	struct spool_stats stats;
	assert_int_equal(append(spool, 1), 0);
	spool_stats(spool, &stats);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = (struct rlimit){stats.bytes + 10, before.rlim_max};
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	int r = append(spool, 2);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(r, -EFBIG);
	assert_int_equal(append(spool, 3), 0);
	assert_string_equal(load_all(spool), "1 3 ");
	spool = reopen(spool, 0, 0);
	assert_string_equal(load_all(spool), "1 3 ");
	spool_close(spool);
}

/* What fills the disk may be the spool's own segment, all of it delivered. */
static void delivered_segment_does_not_keep_a_full_disk_full(void **state)
{
	(void)state;
	struct rlimit before, small;
	struct spool_stats stats;
	struct spool *spool = reopen(NULL, 0, 0);
	for (uint64_t i = 1; i <= 5; i++)
		assert_int_equal(append(spool, i), 0);
	spool_stats(spool, &stats);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = (struct rlimit){stats.bytes, before.rlim_max};
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	spool_acknowledge(spool, 5);
	int with_one_waiting = append(spool, 6);
	spool_acknowledge(spool, 6);
	int with_none_waiting = append(spool, 6);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(with_one_waiting, -EFBIG);
	assert_int_equal(with_none_waiting, 0);
	assert_string_equal(load_all(spool), "6 ");
	spool = reopen(spool, 0, 0);
	assert_string_equal(load_all(spool), "6 ");
	assert_int_equal(spool_next(spool), 7);
	spool_close(spool);
}

static void looking_changes_nothing_and_needs_no_lock(void **state)
{
	(void)state;
	const struct spool_settings look = {.folder = spool_folder, .read_only = true};
	char name[SEGMENT_NAME_SIZE];
	struct stat before, after;
	struct spool *looking = NULL, *spool = reopen(NULL, 200, 0);
	for (uint64_t i = 1; i <= 9; i++)
		assert_int_equal(append(spool, i), 0);
	spool_acknowledge(spool, 3);
	int fd = open(path_of(segment_name(1, name)), O_WRONLY | O_APPEND);
	if (fd < 0)
		fd = open(path_of(segment_name(3, name)), O_WRONLY | O_APPEND);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "torn", 4), 4);
	assert_int_equal(fstat(fd, &before), 0);
	assert_int_equal(spool_open(&look, &looking), 0);
	assert_string_equal(load_all(looking), "3 4 5 6 7 8 9 ");
	struct entry *entry = make_entry(10);
	assert_int_equal(spool_append(looking, entry), -EROFS);
	entry_free(entry);
	spool_acknowledge(looking, 10);
	spool_close(looking);
	assert_int_equal(fstat(fd, &after), 0);
	assert_int_equal(after.st_size, before.st_size);
	assert_int_equal(after.st_nlink, 1);
	close(fd);
	spool = reopen(spool, 200, 0);
	assert_string_equal(load_all(spool), "3 4 5 6 7 8 9 ");
	spool_close(spool);
}

static void looking_makes_no_spool(void **state)
{
	(void)state;
	const struct spool_settings look = {.folder = spool_folder, .read_only = true};
	struct spool *spool = NULL;
	struct stat status;
	assert_int_equal(spool_open(&look, &spool), -ENOENT);
	assert_null(spool);
	assert_int_equal(stat(spool_folder, &status), -1);
}

static void take_queue(struct queue *queue, size_t max, char *numbers, size_t size)
{
	size_t taken;
	struct entry *entry = queue_take(queue, max, &taken);
	while (entry) {
		struct entry *next = entry->next;
		size_t used = strlen(numbers);
		snprintf(numbers + used, size - used, "%d ", (int)number_of(entry));
		entry_free(entry);
		entry = next;
	}
}

/* Ten alerts through a queue of three: none lost, none twice, in their order. */
static void queue_is_a_window_over_the_spool(void **state)
{
	(void)state;
	struct spool *spool = reopen(NULL, 300, 0);
	struct window window;
	struct queue queue;
	char numbers[128] = "";
	window_init(&window, spool, false);
	queue_init(&queue, 3, QUEUE_KEEPS_OLDEST);
	for (uint64_t i = 1; i <= 10; i++) {
		struct entry *entry = make_entry(i);
		window_store(&window, entry);
		window_put(&window, &queue, entry);
	}
	assert_int_equal(queue.count, 3);
	assert_int_equal(window_pending(&window), 7);
	while (queue.count > 0) {
		take_queue(&queue, 2, numbers, sizeof numbers);
		window_acknowledge(&window, &queue);
		window_load(&window, &queue);
	}
	assert_string_equal(numbers, "1 2 3 4 5 6 7 8 9 10 ");
	assert_int_equal(queue.dropped, 0);
	window_load(&window, &queue);
	assert_int_equal(window_pending(&window), 0);
	spool = reopen(spool, 300, 0);
	assert_string_equal(load_all(spool), "");
	queue_done(&queue);
	spool_close(spool);
}

/* The thread loads an alert between its way to the disk and its way to the queue. */
static void alert_loaded_from_the_spool_is_not_queued_again(void **state)
{
	(void)state;
	struct spool *spool = reopen(NULL, 0, 0);
	struct window window;
	struct queue queue;
	char numbers[64] = "";
	assert_int_equal(append(spool, 1), 0);
	window_init(&window, spool, false);
	queue_init(&queue, 9, QUEUE_KEEPS_OLDEST);
	struct entry *entry = make_entry(2);
	window_store(&window, entry);
	window_load(&window, &queue);
	window_put(&window, &queue, entry);
	take_queue(&queue, 9, numbers, sizeof numbers);
	assert_string_equal(numbers, "1 2 ");
	queue_done(&queue);
	spool_close(spool);
}

static void alert_in_flight_is_not_acknowledged_by_later_ones(void **state)
{
	(void)state;
	struct spool *spool = reopen(NULL, 0, 0);
	struct window window;
	struct queue queue;
	size_t taken;
	window_init(&window, spool, false);
	queue_init(&queue, 9, QUEUE_KEEPS_OLDEST);
	for (uint64_t i = 1; i <= 3; i++) {
		struct entry *entry = make_entry(i);
		window_store(&window, entry);
		window_put(&window, &queue, entry);
	}
	/* Redis took 1 and 3, and refused 2. */
	struct entry *first = queue_take(&queue, 3, &taken);
	struct entry *second = first->next, *third = second->next;
	entry_free(first);
	entry_free(third);
	second->next = NULL;
	queue_put_back(&queue, second);
	window_acknowledge(&window, &queue);
	queue_done(&queue);
	spool = reopen(spool, 0, 0);
	assert_string_equal(load_all(spool), "2 3 ");
	spool_close(spool);
}

/* A stream takes times in ascending order: hour 4, in Redis before 3, would keep 3 out. */
static void hour_that_finds_no_room_overtakes_none_on_the_disk(void **state)
{
	(void)state;
	struct spool *spool = reopen(NULL, 0, 300);
	struct window window;
	struct queue queue;
	char numbers[64] = "";
	window_init(&window, spool, true);
	queue_init(&queue, 1, QUEUE_KEEPS_NEWEST);
	for (uint64_t i = 1; i <= 9; i++) {
		struct entry *entry = make_entry(i);
		window_store(&window, entry);
		window_put(&window, &queue, entry);
	}
	uint64_t kept = 9 - queue.dropped;
	assert_in_range(kept, 2, 8);
	assert_int_equal(window_pending(&window), kept - 1);
	while (queue.count > 0) {
		take_queue(&queue, 1, numbers, sizeof numbers);
		window_acknowledge(&window, &queue);
		window_load(&window, &queue);
	}
	assert_int_equal(strlen(numbers), 2 * kept);
	assert_memory_equal(numbers, "1 2 3 4 5 6 7 8 9 ", 2 * kept);
	queue_done(&queue);
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

#define SPOOL_TEST(test) cmocka_unit_test_setup_teardown(test, clean, clean)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SPOOL_TEST(alerts_outlive_the_process),
		SPOOL_TEST(delivered_alerts_do_not_come_back),
		SPOOL_TEST(full_segments_are_left_behind_and_removed),
		SPOOL_TEST(full_spool_refuses_until_something_is_delivered),
		SPOOL_TEST(second_sensor_is_kept_out),
		SPOOL_TEST(folder_that_cannot_be_made_is_an_error),
		SPOOL_TEST(crash_at_any_byte_costs_the_torn_alert_only),
		SPOOL_TEST(damaged_byte_costs_its_own_alert_only),
		SPOOL_TEST(zeros_after_a_crash_are_cut_off),
		SPOOL_TEST(spool_of_a_newer_version_is_left_alone),
		SPOOL_TEST(watermark_that_cannot_be_trusted_repeats_and_loses_nothing),
		SPOOL_TEST(segment_without_header_does_not_reset_the_numbers),
		SPOOL_TEST(full_disk_refuses_and_leaves_the_rest_readable),
		SPOOL_TEST(delivered_segment_does_not_keep_a_full_disk_full),
		SPOOL_TEST(looking_changes_nothing_and_needs_no_lock),
		SPOOL_TEST(looking_makes_no_spool),
		SPOOL_TEST(queue_is_a_window_over_the_spool),
		SPOOL_TEST(alert_loaded_from_the_spool_is_not_queued_again),
		SPOOL_TEST(alert_in_flight_is_not_acknowledged_by_later_ones),
		SPOOL_TEST(hour_that_finds_no_room_overtakes_none_on_the_disk),
		SPOOL_TEST(checksum_that_fits_does_not_excuse_the_form),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/segment.h"

#include "tests/unit/spool_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		SPOOL_TEST(alerts_outlive_the_process),
		SPOOL_TEST(delivered_alerts_do_not_come_back),
		SPOOL_TEST(full_segments_are_left_behind_and_removed),
		SPOOL_TEST(full_spool_refuses_until_something_is_delivered),
		SPOOL_TEST(second_sensor_is_kept_out),
		SPOOL_TEST(folder_that_cannot_be_made_is_an_error),
		SPOOL_TEST(full_disk_refuses_and_leaves_the_rest_readable),
		SPOOL_TEST(delivered_segment_does_not_keep_a_full_disk_full),
		SPOOL_TEST(looking_changes_nothing_and_needs_no_lock),
		SPOOL_TEST(looking_makes_no_spool),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Several captures as one timeline. */
#include "capture_bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define FILES_MAX 200

static char *paths[FILES_MAX];
static size_t path_count;

static void add_path(char *path)
{
	assert_true(path_count < FILES_MAX);
	paths[path_count++] = path;
}

static void add_file(const char *name, const uint32_t *seconds, size_t count)
{
	struct blob blob = blob_at_seconds(seconds, count);

	add_path(path_with(name, blob.data, blob.size));
}

static int tear_down(void **state)
{
	while (path_count > 0)
		free(paths[--path_count]);
	return folder_remove(state);
}

#define ADD_FILE(name, ...)                                                                        \
	add_file(name, (const uint32_t[]){__VA_ARGS__},                                            \
		sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static void assert_seconds(struct capture *capture, const int64_t *expected, size_t count)
{
	int64_t seconds[1024];

	assert_int_equal(capture_drain(capture, seconds, 1024, true), count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(seconds[i], expected[i]);
	capture_close(capture);
}

#define ASSERT_SECONDS(capture, ...)                                                               \
	assert_seconds(capture, (const int64_t[]){__VA_ARGS__},                                    \
		sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t))

static void test_files_follow_the_order_of_their_names(void **state)
{
	struct heard heard;

	(void)state;
	ADD_FILE("late", 10, 13);
	ADD_FILE("early", 1, 11, 12, 20);
	ADD_FILE("between", 5, 6);
	ASSERT_SECONDS(capture_begin(&heard, paths, path_count), 1, 5, 6, 10, 11, 12, 13, 20);
	assert_int_equal(heard.count, 0);
}

static void test_time_that_jumps_back_reorders_its_file(void **state)
{
	struct heard heard;

	(void)state;
	ADD_FILE("jumps", 10, 2, 3, 12);
	ADD_FILE("steady", 9, 11, 13);
	ASSERT_SECONDS(capture_begin(&heard, paths, path_count), 9, 10, 2, 3, 11, 12, 13);
}

static void test_same_time_has_no_fixed_order(void **state)
{
	struct blob a = blob_at_seconds((const uint32_t[]){5, 5}, 2), b = a;
	struct heard heard;
	struct capture *capture;
	int64_t marks[4];

	(void)state;
	b.data[24 + 16] = 100;
	b.data[24 + 36] = 101;
	add_path(path_with("a", a.data, a.size));
	add_path(path_with("b", b.data, b.size));
	capture = capture_begin(&heard, paths, path_count);
	assert_int_equal(capture_drain(capture, marks, 4, false), 4);
	assert_int_equal(marks[0], 0);
	assert_int_equal(marks[1], 1);
	assert_int_equal(marks[2], 100);
	assert_int_equal(marks[3], 101);
	capture_close(capture);
}

static void test_folder_is_no_capture(void **state)
{
	struct heard heard;

	(void)state;
	ADD_FILE("b.pcap", 1, 3);
	ADD_FILE("a.pcap", 2, 4);
	free(path_with("notes.txt", "hello\n", 6));
	free(path_with("empty", "", 0));
	{
		char *below = path_of("below");

		assert_int_equal(mkdir(below, 0700), 0);
		free(below);
	}
	free(paths[0]);
	free(paths[1]);
	path_count = 0;
	add_path(path_of("."));
	ASSERT_SECONDS(capture_begin(&heard, paths, 1), 1, 2, 3, 4);
	assert_int_equal(heard.count, 0);
}

static void test_captures_in_folders_below_are_left_out(void **state)
{
	struct heard heard;
	char *below = path_of("2018"), *round = path_of("2018/up");

	(void)state;
	assert_int_equal(mkdir(below, 0700), 0);
	assert_int_equal(symlink("..", round), 0); /* must not be followed for ever */
	ADD_FILE("2018/03.pcap", 2, 4);
	ADD_FILE("now.pcap", 1, 3);
	free(below);
	free(round);
	free(paths[0]);
	free(paths[1]);
	path_count = 0;
	add_path(path_of("."));
	ASSERT_SECONDS(capture_begin(&heard, paths, 1), 1, 2, 3, 4);
	assert_int_equal(heard.count, 0);
}

static void test_folder_without_captures_passes_in_silence(void **state)
{
	struct heard heard;

	(void)state;
	free(path_with("notes.txt", "hello\n", 6));
	add_path(path_of("."));
	capture_close(capture_begin(&heard, paths, 1));
	assert_int_equal(heard.count, 1);
	assert_string_equal(heard.place, paths[0]);
	assert_string_equal(heard.message, "no capture in this directory");
}

static void test_damaged_capture_in_a_folder_passes_in_silence(void **state)
{
	struct blob blob = blob_at_seconds((const uint32_t[]){1, 2}, 2);
	struct heard heard;

	(void)state;
	free(path_with("cut.pcap", blob.data, blob.size - 1));
	add_path(path_of("."));
	ASSERT_SECONDS(capture_begin(&heard, paths, 1), 1);
	assert_int_equal(heard.count, 1);
	assert_non_null(strstr(heard.place, "cut.pcap: packet 2, byte offset 63"));
}

static size_t count_open_files(void)
{
	size_t count = 0;

	for (int fd = 0; fd < 1024; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void test_many_files_are_all_open_at_once(void **state)
{
	struct capture_stats stats;
	struct heard heard;
	struct capture *capture;
	struct frame frame;
	size_t before = count_open_files();

	(void)state;
	for (uint32_t i = 0; i < 150; i++) {
		char name[16];

		snprintf(name, sizeof(name), "%u", i);
		ADD_FILE(name, 1000 - i, 1000 - i);
	}
	capture = capture_begin(&heard, paths, path_count);
	for (uint32_t i = 0; i < 300; i++) {
		assert_int_equal(capture_next(capture, 0, &frame), CAPTURE_FRAME);
		assert_int_equal(frame.time_us, (1000 - 149 + i / 2) * INT64_C(1000000));
		assert_in_range(count_open_files() - before, 0, 2);
	}
	assert_int_equal(capture_next(capture, 0, &frame), CAPTURE_END);
	capture_stats(capture, &stats);
	assert_int_equal(stats.files_done, 150);
	assert_int_equal(stats.files_late, 0);
	capture_close(capture);
	assert_int_equal(count_open_files(), before);
}

static void test_more_overlapping_files_than_may_be_open_are_lost(void **state)
{
	struct capture_stats stats;
	struct heard heard;
	struct capture *capture;
	struct frame frame;
	size_t before = count_open_files();

	(void)state;
	for (uint32_t i = 0; i < 100; i++) {
		char name[16];

		snprintf(name, sizeof(name), "%u", i);
		ADD_FILE(name, i, 1000 + i);
	}
	capture = capture_begin(&heard, paths, path_count);
	while (capture_next(capture, 0, &frame) == CAPTURE_FRAME)
		assert_in_range(count_open_files() - before, 0, 64);
	capture_stats(capture, &stats);
	assert_int_equal(stats.frames, 200);
	assert_int_equal(stats.files_done, 100);
	assert_int_equal(stats.files_late, 36);
	assert_int_equal(heard.count, 0);
	capture_close(capture);
}

static void test_file_that_vanishes_is_taken_for_empty(void **state)
{
	struct heard heard;
	struct capture *capture;

	(void)state;
	ADD_FILE("a", 1);
	ADD_FILE("b", 2);
	capture = capture_begin(&heard, paths, path_count);
	assert_int_equal(unlink(paths[1]), 0);
	ASSERT_SECONDS(capture, 1);
	assert_int_equal(heard.count, 1);
	assert_string_equal(heard.message, strerror(ENOENT));
}

/* A child that writes the blob to the FIFO byte by byte. */
static pid_t start_writer(const char *path, const struct blob *blob)
{
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		int fd = open(path, O_WRONLY);

		for (size_t i = 0; i < blob->size; i++)
			if (write(fd, blob->data + i, 1) != 1)
				_exit(1);
		_exit(0);
	}
	return child;
}

static void test_fifo_is_read_twice(void **state)
{
	struct blob blob = blob_at_seconds((const uint32_t[]){2, 4}, 2);
	struct capture_stats stats;
	struct heard heard;
	struct capture *capture;
	int64_t seconds[4];
	int status;
	pid_t child;

	(void)state;
	ADD_FILE("plain", 1, 3);
	add_path(path_of("fifo"));
	assert_int_equal(mkfifo(paths[1], 0600), 0);
	child = start_writer(paths[1], &blob);
	capture = capture_begin(&heard, paths, path_count);
	assert_int_equal(capture_drain(capture, seconds, 4, true), 4);
	for (int i = 0; i < 4; i++)
		assert_int_equal(seconds[i], i + 1);
	capture_stats(capture, &stats);
	assert_int_equal(stats.input_bytes, stats.input_bytes_done);
	assert_int_equal(stats.input_bytes, 24 + 2 * 20);
	capture_close(capture);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void test_standard_input_is_closed_or_not_read(void **state)
{
	struct blob blob = blob_at_seconds((const uint32_t[]){7, 8}, 2);
	char *path = path_with("x", blob.data, blob.size), *dash = "-";
	int kept = dup(STDIN_FILENO), fd = open(path, O_RDONLY);
	struct heard heard;

	(void)state;
	assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
	ASSERT_SECONDS(capture_begin(&heard, &dash, 1), 7, 8);
	assert_int_equal(heard.count, 0);
	assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0);
	if (kept >= 0)
		dup2(kept, STDIN_FILENO);
	close(kept);
	close(fd);
	free(path);
}

static void test_nothing_to_read_never_ends(void **state)
{
	struct heard heard;
	struct frame frame;
	struct capture *capture = capture_begin(&heard, NULL, 0);

	(void)state;
	assert_int_equal(capture_next(capture, 0, &frame), CAPTURE_END);
	assert_int_equal(heard.count, 0);
	capture_close(capture);
	capture_close(NULL);
}

static void test_merge_of_many_files_is_out_of_order(void **state)
{
	uint32_t number = 7, seconds[30];
	int64_t merged[40 * 30];
	struct heard heard;
	struct capture *capture;

	(void)state;
	for (int i = 0; i < 40; i++) {
		char name[16];
		uint32_t now = 0;

		for (int j = 0; j < 30; j++) {
			number = number * 1664525 + 1013904223;
			seconds[j] = now += number >> 24;
		}
		snprintf(name, sizeof(name), "%d", i);
		add_file(name, seconds, 30);
	}
	capture = capture_begin(&heard, paths, path_count);
	assert_int_equal(capture_drain(capture, merged, 40 * 30, true), 40 * 30);
	for (int i = 1; i < 40 * 30; i++)
		assert_true(merged[i - 1] <= merged[i]);
	capture_close(capture);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_make, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_files_follow_the_order_of_their_names),
		TEST(test_time_that_jumps_back_reorders_its_file),
		TEST(test_same_time_has_no_fixed_order),
		TEST(test_folder_is_no_capture),
		TEST(test_captures_in_folders_below_are_left_out),
		TEST(test_folder_without_captures_passes_in_silence),
		TEST(test_damaged_capture_in_a_folder_passes_in_silence),
		TEST(test_many_files_are_all_open_at_once),
		TEST(test_more_overlapping_files_than_may_be_open_are_lost),
		TEST(test_file_that_vanishes_is_taken_for_empty),
		TEST(test_fifo_is_read_twice),
		TEST(test_standard_input_is_closed_or_not_read),
		TEST(test_nothing_to_read_never_ends),
		TEST(test_merge_of_many_files_is_out_of_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

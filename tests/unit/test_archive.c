/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/archive.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define NUMBERS 20000 /* of 8 bytes: three frames */

static char folder[] = "/tmp/surgetap-archive-XXXXXX";
static char path[64], damaged[64];

static int begin(void **state)
{
	(void)state;
	strcpy(folder + sizeof(folder) - 7, "XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/file", folder);
	snprintf(damaged, sizeof(damaged), "%s/damaged", folder);
	return 0;
}

static int end(void **state)
{
	(void)state;
	unlink(path);
	unlink(damaged);
	assert_int_equal(rmdir(folder), 0); /* and nothing else is left in it */
	return 0;
}

static struct archive *create(uint64_t first, int numbers)
{
	struct archive *archive;

	assert_int_equal(archive_create(folder, "file", "test", 7, &archive), 0);
	for (int i = 0; i < numbers; i++)
		pack_put_u64(archive_writer(archive), first + (uint64_t)i);
	return archive;
}

static void assert_content(uint64_t first, int numbers)
{
	struct archive *archive;
	const char *fault;

	assert_int_equal(archive_open(path, "test", 7, &archive, &fault), 0);
	for (int i = 0; i < numbers; i++)
		assert_true(pack_get_u64(archive_reader(archive)) == first + (uint64_t)i);
	assert_int_equal(archive_reader(archive)->error, 0);
	pack_get_u8(archive_reader(archive));
	assert_int_equal(archive_reader(archive)->error, -EBADMSG);
	archive_close(archive);
}

static void long_content_comes_back_otherwise(void **state)
{
	(void)state;
	assert_int_equal(archive_commit(create(5, NUMBERS)), 0);
	assert_content(5, NUMBERS);
	assert_int_equal(archive_commit(create(1, 0)), 0);
	assert_content(1, 0);
}

static void abandoned_file_replaces_the_old_one(void **state)
{
	(void)state;
	assert_int_equal(archive_commit(create(1, 10)), 0);
	archive_abandon(create(2, 10));
	assert_content(1, 10);
}

static void leftover_of_a_crash_is_in_the_way(void **state)
{
	char fresh[80];

	(void)state;
	snprintf(fresh, sizeof(fresh), "%s.new", path);
	/* As a link, it must not be followed either. */
	assert_int_equal(symlink("/dev/full", fresh), 0);
	assert_int_equal(archive_commit(create(3, 10)), 0);
	assert_content(3, 10);
}

static uint8_t *read_file(size_t *ret_bytes)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = malloc(1 << 20);

	assert_non_null(file);
	*ret_bytes = fread(bytes, 1, 1 << 20, file);
	fclose(file);
	return bytes;
}

static void assert_refused(const uint8_t *bytes, size_t count)
{
	FILE *file = fopen(damaged, "wb");
	struct archive *archive;
	const char *fault = NULL;

	assert_int_equal(fwrite(bytes, 1, count, file), count);
	fclose(file);
	assert_int_equal(archive_open(damaged, "test", 7, &archive, &fault), -EBADMSG);
	assert_non_null(fault);
}

static void damage_goes_unnoticed(void **state)
{
	size_t bytes;

	(void)state;
	assert_int_equal(archive_commit(create(5, NUMBERS)), 0);
	uint8_t *content = read_file(&bytes);
	for (size_t place = 0; place < bytes; place += place < 100 ? 1 : 997) {
		content[place] ^= 0x10;
		assert_refused(content, bytes);
		content[place] ^= 0x10;
	}
	for (size_t length = 0; length < bytes; length += length < 100 ? 1 : 997)
		assert_refused(content, length);
	assert_refused(content, bytes - 12); /* all but the last frame */
	content[bytes] = 0;
	assert_refused(content, bytes + 1);
	free(content);
}

static void missing_or_doubled_frame_goes_unnoticed(void **state)
{
	const size_t head = 20, frame = 12 + ARCHIVE_FRAME_BYTES_MAX;
	size_t bytes;

	(void)state;
	assert_int_equal(archive_commit(create(5, NUMBERS)), 0);
	uint8_t *content = read_file(&bytes);
	uint8_t *other = malloc(bytes + frame);
	memcpy(other, content, head);
	memcpy(other + head, content + head + frame, bytes - head - frame);
	assert_refused(other, bytes - frame);
	memcpy(other + head, content + head, frame);
	memcpy(other + head + frame, content + head, bytes - head);
	assert_refused(other, bytes + frame);
	free(other);
	free(content);
}

static void other_kind_or_version_is_read(void **state)
{
	struct archive *archive;
	const char *fault;

	(void)state;
	assert_int_equal(archive_commit(create(5, 1)), 0);
	assert_int_equal(archive_open(path, "test", 8, &archive, &fault), -EBADMSG);
	assert_string_equal(fault, "written by another version");
	assert_int_equal(archive_open(path, "tests", 7, &archive, &fault), -EBADMSG);
	assert_string_equal(fault, "not a file of this kind");
	assert_int_equal(archive_open("/nowhere", "test", 7, &archive, &fault), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(long_content_comes_back_otherwise, begin, end),
		cmocka_unit_test_setup_teardown(abandoned_file_replaces_the_old_one, begin, end),
		cmocka_unit_test_setup_teardown(leftover_of_a_crash_is_in_the_way, begin, end),
		cmocka_unit_test_setup_teardown(damage_goes_unnoticed, begin, end),
		cmocka_unit_test_setup_teardown(
			missing_or_doubled_frame_goes_unnoticed, begin, end),
		cmocka_unit_test_setup_teardown(other_kind_or_version_is_read, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

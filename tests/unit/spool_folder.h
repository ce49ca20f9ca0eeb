/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SPOOL_FOLDER_H
#define TESTS_SPOOL_FOLDER_H
/* A spool in a folder that each test finds empty, and entries that tell which one they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "publish/spool.h"

static char folder[] = "/tmp/surgetap-spool-XXXXXX";
static char spool_folder[64];

static inline const char *path_of(const char *name)
{
	static char path[512];
	snprintf(path, sizeof path, "%s/%s", spool_folder, name);
	return path;
}

static inline void empty_folder(void)
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

static inline int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(spool_folder, sizeof spool_folder, "%s/spool", folder);
	return 0;
}

static inline int remove_folder(void **state)
{
	(void)state;
	empty_folder();
	return rmdir(folder);
}

static inline int clean(void **state)
{
	(void)state;
	empty_folder();
	return 0;
}

static inline struct spool *reopen(struct spool *spool, uint64_t segment_bytes, uint64_t bytes_max)
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
static inline struct entry *make_entry(uint64_t number)
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

static inline int append(struct spool *spool, uint64_t number)
{
	struct entry *entry = make_entry(number);
	int r = spool_append(spool, entry);
	entry_free(entry);
	return r;
}

static inline uint64_t number_of(const struct entry *entry)
{
	const char *strings[4];
	assert_int_equal(entry_list(entry, strings, 4), 4);
	assert_string_equal(strings[0], "usage:range");
	assert_string_equal(strings[2], "number");
	return strtoull(strings[3], NULL, 10);
}

/* Loads all there is, a few at a time, and writes their numbers, as in "1 2 5 ". */
static inline const char *load_all(struct spool *spool)
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

#define SPOOL_TEST(test) cmocka_unit_test_setup_teardown(test, clean, clean)

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_PUBLISH_FOLDER_H
#define TESTS_PUBLISH_FOLDER_H
/* A folder for the files that a group of tests writes, with the log kept out of sight. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"

static char folder[] = "/tmp/surgetap-publish-XXXXXX";
static FILE *log_lines;

static inline int make_folder(void **state)
{
	(void)state;
	/* Sinks and servers are made to fail here; what is said of it is looked at, not shown. */
	log_lines = tmpfile();
	log_set_stream(log_lines);
	return mkdtemp(folder) && log_lines ? 0 : -1;
}

static inline int remove_folder(void **state)
{
	(void)state;
	log_set_stream(NULL);
	fclose(log_lines);
	return rmdir(folder);
}

static inline const char *path_of(const char *name)
{
	static char path[128];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

/* The whole file, from the heap; the file is gone afterwards. */
static inline char *take_file(const char *name)
{
	const char *path = path_of(name);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	char *text = calloc(1, 1 << 20);
	assert_non_null(text);
	assert_true(fread(text, 1, (1 << 20) - 1, file) < (1 << 20) - 1);
	fclose(file);
	unlink(path);
	return text;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/directory.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct list {
	char **paths;
	size_t count, capacity;
};

static int add_path(struct list *list, char *path)
{
	if (list->count == list->capacity) {
		size_t capacity = list->capacity ? list->capacity * 2 : 64;
		char **paths = reallocarray(list->paths, capacity, sizeof(*paths));

		if (!paths)
			return -ENOMEM;
		list->paths = paths;
		list->capacity = capacity;
	}
	list->paths[list->count++] = path;
	return 0;
}

static int add_entry(struct list *list, const char *directory, const char *name)
{
	struct stat status;
	char *path;
	int result = 0;

	if (asprintf(&path, "%s/%s", directory, name) < 0)
		return -ENOMEM;
	if (stat(path, &status) == 0 && S_ISREG(status.st_mode)) {
		result = list->count == DIRECTORY_FILES_MAX ? -E2BIG : add_path(list, path);
		if (result == 0)
			return 0;
	}
	free(path);
	return result;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int directory_list(const char *path, char ***ret_paths, size_t *ret_count)
{
	struct list list = {0};
	struct dirent *entry;
	int result = 0;
	DIR *directory = opendir(path);

	if (!directory)
		return -errno;
	while (result == 0 && (entry = readdir(directory)))
		result = add_entry(&list, path, entry->d_name);
	closedir(directory);
	if (result < 0) {
		directory_free(list.paths, list.count);
		return result;
	}
	if (list.count > 0)
		qsort(list.paths, list.count, sizeof(*list.paths), compare);
	*ret_paths = list.paths;
	*ret_count = list.count;
	return 0;
}

void directory_free(char **paths, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(paths[i]);
	free(paths);
}

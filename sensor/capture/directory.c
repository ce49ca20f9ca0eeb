/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/directory.h"

#include <errno.h>
#include <fts.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct list {
	char **paths;
	size_t count, capacity;
};

static int add_path(struct list *list, const char *path)
{
	if (list->count == DIRECTORY_FILES_MAX)
		return -E2BIG;
	if (list->count == list->capacity) {
		size_t capacity = list->capacity ? list->capacity * 2 : 64;
		char **paths = reallocarray(list->paths, capacity, sizeof(*paths));

		if (!paths)
			return -ENOMEM;
		list->paths = paths;
		list->capacity = capacity;
	}
	list->paths[list->count] = strdup(path);
	if (!list->paths[list->count])
		return -ENOMEM;
	list->count++;
	return 0;
}

/* A folder below that cannot be read is listed itself, so that opening it tells why. */
static int add_entry(struct list *list, const FTSENT *entry)
{
	bool is_top = entry->fts_level == FTS_ROOTLEVEL;

	switch (entry->fts_info) {
	case FTS_DNR:
	case FTS_ERR:
		return is_top ? -entry->fts_errno : add_path(list, entry->fts_path);
	case FTS_F:
		return add_path(list, entry->fts_path);
	default:
		return 0;
	}
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int walk(FTS *tree, struct list *list)
{
	FTSENT *entry;
	int result = 0;

	/* At the end fts_read leaves 0 in errno; anything else is why it stopped. */
	while (result == 0 && (errno = 0, entry = fts_read(tree)))
		result = add_entry(list, entry);
	return result < 0 ? result : -errno;
}

int directory_list(const char *path, char ***ret_paths, size_t *ret_count)
{
	char *const roots[] = {(char *)path, NULL};
	struct list list = {0};
	int result;
	FTS *tree = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, NULL);

	if (!tree)
		return -errno;
	result = walk(tree, &list);
	fts_close(tree);
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

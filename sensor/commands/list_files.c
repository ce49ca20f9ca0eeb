/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/list_files.h"

#include <string.h>
#include <sys/stat.h>

static struct list_file_mark look_at(const char *path)
{
	struct list_file_mark mark = {0};
	struct stat about;

	if (stat(path, &about) < 0 || !S_ISREG(about.st_mode))
		return mark;
	mark.device = about.st_dev;
	mark.inode = about.st_ino;
	mark.bytes = about.st_size;
	/* Any change of the inode counts: a copy may have been given the time of its original. */
	mark.changed_ns = (int64_t)about.st_ctim.tv_sec * 1000000000 + about.st_ctim.tv_nsec;
	return mark;
}

static bool is_same(const struct list_file_mark *a, const struct list_file_mark *b)
{
	return a->device == b->device && a->inode == b->inode && a->bytes == b->bytes &&
	       a->changed_ns == b->changed_ns;
}

static void add(struct list_files *files, const char *path)
{
	if (path && files->count < LIST_FILES_MAX)
		files->paths[files->count++] = path;
}

void list_files_init(struct list_files *files, const struct config *config)
{
	*files = (struct list_files){.count = 0};
	add(files, config->geoip_asn);
	add(files, config->geoip_country);
	add(files, config->networks);
	add(files, config->tor_relays);
	for (size_t i = 0; i < config->plugin_option.count; i++) {
		const char *value = strchr(config->plugin_option.items[i], '=') + 1;

		if (look_at(value).inode)
			add(files, value);
	}
	for (uint32_t i = 0; i < files->count; i++)
		files->read[i] = files->looked[i] = look_at(files->paths[i]);
}

const char *list_files_look(struct list_files *files, bool *ret_is_restless)
{
	const char *changed = NULL;

	*ret_is_restless = false;
	for (uint32_t i = 0; i < files->count; i++) {
		struct list_file_mark now = look_at(files->paths[i]);

		if (now.inode && !is_same(&now, &files->read[i])) {
			if (is_same(&now, &files->looked[i]))
				changed = files->paths[i];
			else
				*ret_is_restless = true;
		}
		files->looked[i] = now;
	}
	return *ret_is_restless ? NULL : changed;
}

void list_files_accept(struct list_files *files)
{
	memcpy(files->read, files->looked, sizeof(files->read));
}

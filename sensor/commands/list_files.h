/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_LIST_FILES_H
#define COMMANDS_LIST_FILES_H
/*
 * The lists and databases that a configuration names, and whether one of them has changed since it
 * was read: by inode, size and time of change. Values of plugin-option that name a file count, too.
 */
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "config/config.h"

#define LIST_FILES_MAX 32 /* further ones are not looked at */

/* What tells one state of a file from another; zero: it is not there. */
struct list_file_mark {
	dev_t device;
	ino_t inode;
	off_t bytes;
	int64_t changed_ns;
};

struct list_files {
	const char *paths[LIST_FILES_MAX];
	struct list_file_mark read[LIST_FILES_MAX];   /* as it was when it was read */
	struct list_file_mark looked[LIST_FILES_MAX]; /* at the latest look */
	uint32_t count;
};

/* Notes the files and how they are; to be called before they are read, so that no change is missed.
 * Paths stay the configuration's. */
void list_files_init(struct list_files *files, const struct config *config);

/* Looks at all files. Returns the path of one that has changed since list_files_init and is the
 * same as at the look before, so that nobody is writing it just now; NULL: there is none. A file
 * that is not there has not changed: it may come back. With *ret_is_restless a file is still being
 * written: look again soon. */
const char *list_files_look(struct list_files *files, bool *ret_is_restless);

/* Takes the files, as they were at the latest look, for read. */
void list_files_accept(struct list_files *files);

#endif

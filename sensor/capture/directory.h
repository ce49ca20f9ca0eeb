/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CAPTURE_DIRECTORY_H
#define CAPTURE_DIRECTORY_H
#include <stddef.h>

#define DIRECTORY_FILES_MAX 65536

/* The paths of all regular files directly in `path`, in the order of their names; links count as
 * what they point to. At most DIRECTORY_FILES_MAX. Returns 0 and an array to be freed with
 * directory_free, or -errno: whatever opendir(3) says, -E2BIG, -ENOMEM. */
int directory_list(const char *path, char ***ret_paths, size_t *ret_count);

void directory_free(char **paths, size_t count);

#endif

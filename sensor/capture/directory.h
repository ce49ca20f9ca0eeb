/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CAPTURE_DIRECTORY_H
#define CAPTURE_DIRECTORY_H
#include <stddef.h>

#define DIRECTORY_FILES_MAX 65536

/* The paths of all regular files in `path` and in the folders below it, in the order of their
 * paths; links count as what they point to, and one that leads back to a folder above it is passed
 * over. A folder below that cannot be read is listed like a file: opening it tells why. At most
 * DIRECTORY_FILES_MAX. Returns 0 and an array to be freed with directory_free, or -errno: whatever
 * fts_read(3) says of `path`, -E2BIG, -ENOMEM. */
int directory_list(const char *path, char ***ret_paths, size_t *ret_count);

void directory_free(char **paths, size_t count);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GEOIP_SNAPSHOT_H
#define GEOIP_SNAPSHOT_H
/*
 * A private copy of a file in memory. Whoever maps a file reads what others make of it: truncated
 * under its readers, it would end the program with SIGBUS.
 */
#define SNAPSHOT_PATH_SIZE 32
#define SNAPSHOT_BYTES_MAX (1u << 30)

/*
 * Copies `file`. Returns a descriptor, owned by the caller, and the path under which the copy can
 * be opened while that is open; or -errno: -EFBIG beyond SNAPSHOT_BYTES_MAX, -ENODEV for what is no
 * regular file, -EAGAIN for a file that changed meanwhile.
 */
int snapshot_open(const char *file, char ret_path[SNAPSHOT_PATH_SIZE]);

#endif

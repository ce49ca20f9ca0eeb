/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PIPELINE_ARCHIVE_H
#define PIPELINE_ARCHIVE_H
/*
 * A file that is whole or not there: packed values in frames with a checksum each, written beside
 * the old file and put in its place in one step.
 *
 *   offset  bytes
 *        0     16   what it is, ended by NULs
 *       16      4   version of its content
 *       20          frames: 4 bytes length, 8 bytes checksum, so many bytes of content
 *                   the last frame has length 0; nothing follows it
 *
 * Integers are little-endian. The checksum is SipHash-2-4 of the content with a public key that
 * holds the frame's number (it tells damage, not malice), so that a frame that is missing or
 * doubled is told as well. Memory is one frame, however long the file.
 */
#include "base/pack.h"

#define ARCHIVE_KIND_SIZE 16
#define ARCHIVE_FRAME_BYTES_MAX 65536

struct archive;

/* Begins the file `name` of `folder` as `name`.new; what is left of an earlier attempt is
 * removed. `kind` has up to 15 bytes. Returns 0 or -errno. */
int archive_create(const char *folder, const char *name, const char *kind, uint32_t version,
	struct archive **ret_archive);

/* Where to pack the content. */
struct pack_writer *archive_writer(struct archive *archive);

/* Ends the file, waits until the disk has it, and puts it in the place of the old one. Frees the
 * archive. Returns 0, or the first -errno: then the old file is as it was. */
int archive_commit(struct archive *archive);

/* Gives up: the new file is removed, the old one stays as it was. Frees the archive. */
void archive_abandon(struct archive *archive);

/* Opens `path` and reads it through once, so that all that is read later is known to be whole.
 * Returns 0, -errno of the system, or -EBADMSG with `ret_fault` (static text) when the file is
 * damaged, of another kind or of another version. */
int archive_open(const char *path, const char *kind, uint32_t version, struct archive **ret_archive,
	const char **ret_fault);

/* Where to read the content from. */
struct pack_reader *archive_reader(struct archive *archive);

/* Closes a file that was read. Accepts NULL. */
void archive_close(struct archive *archive);

#endif

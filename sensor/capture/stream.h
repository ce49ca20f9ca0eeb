/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CAPTURE_STREAM_H
#define CAPTURE_STREAM_H
/* The bytes of a file, a FIFO or standard input, decompressed on the way, as a stdio stream. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct stream;

/* Opens `path` ("-": standard input) and looks at its first bytes; on a FIFO it waits for them.
 * Returns 0 or -errno: whatever open(2) and read(2) say, -EISDIR, -ENOMEM. */
int stream_open(const char *path, struct stream **ret_stream);

/* A stdio stream over it with a large buffer; ftello gives the offset in the decompressed bytes.
 * Call once; the caller closes it, before `stream`. NULL when memory is short. */
FILE *stream_file(struct stream *stream);

/* The first bytes, decompressed, as far as there are any; up to 4 of them. Returns how many. */
size_t stream_head(const struct stream *stream, uint8_t ret_head[4]);

/* What went wrong while reading, as a phrase for people, or NULL. */
const char *stream_fault(const struct stream *stream);

/* "gzip", "zstd", or NULL for plain bytes. */
const char *stream_packing(const struct stream *stream);

/* Bytes of the file itself read so far. */
uint64_t stream_bytes_read(const struct stream *stream);

/* Size of the file itself; 0 unknown. */
uint64_t stream_size(const struct stream *stream);

/* True for a file that can be opened again and again. */
bool stream_is_regular(const struct stream *stream);

void stream_close(struct stream *stream);

#endif

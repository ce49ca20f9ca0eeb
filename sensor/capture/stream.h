/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CAPTURE_STREAM_H
#define CAPTURE_STREAM_H
/* An input as a stdio stream, which is what libpcap reads from. */
#include "capture/input.h"

#include <stdio.h>

struct stream;

/* A stream over `input`, which stays the caller's; with `reads_ahead` the bytes are read by another
 * thread, as ahead.h says, or by none if it cannot be had. Returns 0 or -ENOMEM. */
int stream_new(struct input *input, bool reads_ahead, struct stream **ret_stream);

/* The stdio stream; ftello gives the offset in the decompressed bytes. Call once; the caller closes
 * it, before `stream`. NULL when memory is short. */
FILE *stream_file(struct stream *stream);

/* What went wrong with the bytes that were read last, as a phrase for people, or NULL. */
const char *stream_fault(const struct stream *stream);

/* Bytes of the file itself that have been read for those given so far. */
uint64_t stream_bytes_read(const struct stream *stream);

/* Before `input` is closed. Accepts NULL. */
void stream_free(struct stream *stream);

#endif

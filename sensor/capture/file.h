/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CAPTURE_FILE_H
#define CAPTURE_FILE_H
/* One capture file, read with libpcap. */
#include "capture/capture.h"

#include <stdbool.h>

/* What is wrong with a capture, and how far it was read. */
struct file_fault {
	uint64_t packet;      /* number of the packet, from 1; 0: not known or not meant */
	uint64_t byte_offset; /* in the decompressed bytes, where reading stopped */
	const char *packing;  /* "gzip", "zstd", or NULL */
	char message[256];
};

struct file;

/* Opens the capture at `path` ("-": standard input). With `reads_ahead` a long file is read by a
 * thread of its own, as ahead.h says. Returns 0; -EMEDIUMTYPE when it is no capture, -EISDIR for a
 * directory, or another -errno. On failure the fault is filled. */
int file_open(
	const char *path, bool reads_ahead, struct file **ret_file, struct file_fault *ret_fault);

/* The next frame; its data is valid until the next call. Returns 1 for a frame, 0 at the end,
 * -EBADMSG at damage, with the fault filled. Times are within 2^42 seconds of 1970. */
int file_next(struct file *file, struct frame *ret_frame, struct file_fault *ret_fault);

/* Size on disk, 0 unknown, and how much of it has been read. */
uint64_t file_size(const struct file *file);
uint64_t file_bytes_read(const struct file *file);

/* False for FIFOs and standard input: they can be opened only once. */
bool file_can_reopen(const struct file *file);

void file_close(struct file *file);

#endif

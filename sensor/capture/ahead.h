/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CAPTURE_AHEAD_H
#define CAPTURE_AHEAD_H
/*
 * Reads an input ahead of whoever uses its bytes, on a thread of its own: what the kernel's copy
 * and decompression take, the user of the bytes does not wait for. Blocks go round between the two
 * in bounded channels, so that a slow user stops the thread.
 */
#include "capture/input.h"

/* Long enough that waking one another up costs little, few enough to stay in the cache. */
#define AHEAD_BLOCK_BYTES ((size_t)1024 * 1024)
#define AHEAD_BLOCKS 3

struct ahead;

/* Starts the thread, to which `input` belongs until ahead_free; it stays the caller's to close. Not
 * for what may keep a reader waiting for ever, such as a FIFO. Returns 0, -ENOMEM, or an error of
 * pthread_create. */
int ahead_new(struct input *input, struct ahead **ret_ahead);

/* As input_read. After an end or an error comes the same again; only then may the input be asked
 * for its fault. */
ssize_t ahead_read(struct ahead *ahead, uint8_t *buffer, size_t bytes);

/* As input_bytes_read, up to what ahead_read has begun to give. */
uint64_t ahead_bytes_read(const struct ahead *ahead);

/* Waits until the thread has ended, a block later at most. Accepts NULL. */
void ahead_free(struct ahead *ahead);

#endif

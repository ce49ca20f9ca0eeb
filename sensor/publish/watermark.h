/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PUBLISH_WATERMARK_H
#define PUBLISH_WATERMARK_H
/*
 * The file `acknowledged` of a spool: the sequence number below which everything is delivered, 8
 * bytes little-endian, and its checksum. It is not synced: an old number costs a second delivery,
 * never an alert. Its lock is the spool's.
 */
#include <stdint.h>

/* Opens the file in `folder`, or makes it, and locks it. Returns a descriptor and the number (1
 * when there is none to be trusted), or -errno; -EBUSY when another process has the lock. */
int watermark_open(int folder, uint64_t *ret_sequence);

/* The number in `folder`, without a lock; 1 when there is none to be trusted. */
uint64_t watermark_look(int folder);

void watermark_write(int fd, uint64_t sequence);

#endif

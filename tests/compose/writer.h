/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPOSE_WRITER_H
#define COMPOSE_WRITER_H
/* A pcap file (Ethernet, microseconds, little-endian) written through one big buffer. */
#include "complaint.h"

#include <stddef.h>
#include <stdint.h>

struct writer {
	const char *path; /* the caller's */
	int fd;
	uint8_t *buffer;
	size_t used;
	uint64_t packets, bytes;   /* bytes of the file so far */
	int64_t first_us, last_us; /* stamps of the first and the latest packet */
};

/* Creates the file `path`, or takes standard output for "-", and writes the header. Returns 0 or
 * -errno; writer_close() is due after success only. */
int writer_open(struct writer *writer, const char *path, struct complaint *complaint);

/* Makes room for a frame of `frame_bytes` (at most 256 KiB) stamped `time_us` and hands that room
 * out; the caller fills it before the next call. Returns 0 or -errno; -ERANGE for a time that pcap
 * can not hold, before 1970 or after 2106. */
int writer_add_frame(struct writer *writer, int64_t time_us, uint32_t frame_bytes,
	uint8_t **ret_frame, struct complaint *complaint);

/* Writes what is left and closes. Returns 0 or -errno. */
int writer_close(struct writer *writer, struct complaint *complaint);

#endif

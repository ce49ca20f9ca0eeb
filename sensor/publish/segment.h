/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PUBLISH_SEGMENT_H
#define PUBLISH_SEGMENT_H
/*
 * One file of the spool: 16 bytes that name the format and its version, then records. The file's
 * name is the sequence number of its first record in 20 digits, then ".spool".
 */
#include <stdbool.h>

#include "publish/record.h"

#define SEGMENT_VERSION 1
#define SEGMENT_HEADER_BYTES 16
#define SEGMENT_NAME_SIZE 32

struct segment {
	uint64_t first; /* sequence number */
	uint64_t bytes;
};

const char *segment_name(uint64_t first, char ret_name[SEGMENT_NAME_SIZE]);

/* The sequence number in a file name; 0 when it is no segment's name. */
uint64_t segment_parse_name(const char *name);

/* Creates the segment in the folder `folder`, on disk when the call returns. Returns a descriptor
 * or -errno. */
int segment_create(int folder, uint64_t first);

/* Opens an existing segment, for reading alone or for writing too. Returns a descriptor or -errno;
 * -EPROTONOSUPPORT when a newer version wrote it, -EBADMSG when it ends within its header. A header
 * that is damaged otherwise is passed over: every record has a checksum of its own. */
int segment_open(int folder, uint64_t first, bool for_writing);

/* One reading of a segment from `offset` on. */
struct segment_reading {
	uint64_t offset;    /* in: where to read; out: where to read next */
	uint64_t skipped;   /* bytes of damage passed over */
	uint64_t sequence;  /* of the last whole record seen; 0 none */
	struct entry *head; /* the entries, when they were asked for */
	size_t count;
};

/* Reads whole records from reading->offset on and makes entries of those whose sequence is at least
 * `from` until there are `max` (0: reads to the end and makes none). Damage between whole records
 * is passed over; after the last whole one reading->offset stays where that ends. `buffer` has
 * SEGMENT_BUFFER_BYTES. Returns 0 or -errno. */
#define SEGMENT_BUFFER_BYTES (2 * (RECORD_HEADER_BYTES + RECORD_BODY_MAX))
int segment_read(
	int fd, uint8_t *buffer, uint64_t from, size_t max, struct segment_reading *reading);

#endif

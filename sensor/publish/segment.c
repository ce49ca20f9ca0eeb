/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME_DIGITS 20

static const uint8_t magic[SEGMENT_HEADER_BYTES] = "surgetap spool\0";
#define AT_VERSION (SEGMENT_HEADER_BYTES - 1)

const char *segment_name(uint64_t first, char ret_name[SEGMENT_NAME_SIZE])
{
	snprintf(ret_name, SEGMENT_NAME_SIZE, "%0*" PRIu64 ".spool", NAME_DIGITS, first);
	return ret_name;
}

uint64_t segment_parse_name(const char *name)
{
	char again[SEGMENT_NAME_SIZE];
	uint64_t first = strtoull(name, NULL, 10);
	return strcmp(segment_name(first, again), name) == 0 ? first : 0;
}

int segment_create(int folder, uint64_t first)
{
	char name[SEGMENT_NAME_SIZE];
	uint8_t header[SEGMENT_HEADER_BYTES];
	memcpy(header, magic, sizeof header);
	header[AT_VERSION] = SEGMENT_VERSION;
	int fd = openat(
		folder, segment_name(first, name), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	/* The folder as well: a file whose name is lost is lost. */
	if (pwrite(fd, header, sizeof header, 0) == sizeof header && fsync(fd) == 0 &&
		fsync(folder) == 0)
		return fd;
	int r = errno ? -errno : -EIO;
	unlinkat(folder, name, 0);
	close(fd);
	return r;
}

int segment_open(int folder, uint64_t first, bool for_writing)
{
	char name[SEGMENT_NAME_SIZE];
	uint8_t header[SEGMENT_HEADER_BYTES];
	int access = for_writing ? O_RDWR : O_RDONLY;
	int fd = openat(folder, segment_name(first, name), access | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	int r = fd;
	if (pread(fd, header, sizeof header, 0) != sizeof header)
		r = -EBADMSG;
	else if (memcmp(header, magic, AT_VERSION) == 0 && header[AT_VERSION] > SEGMENT_VERSION)
		r = -EPROTONOSUPPORT;
	if (r < 0)
		close(fd);
	return r;
}

static int take(const uint8_t *bytes, struct segment_reading *reading, struct entry ***end)
{
	struct entry *entry = record_decode(bytes);
	if (!entry)
		return -ENOMEM;
	**end = entry;
	*end = &entry->next;
	reading->count++;
	return 0;
}

/* Goes over the records in a buffer that was read at reading->offset. Stops at `max` entries or at
 * what is no whole record, and tells by *ret_stuck which. */
static int walk(const uint8_t *buffer, size_t length, uint64_t from, size_t max,
	struct segment_reading *reading, struct entry ***end, bool *ret_stuck)
{
	size_t at = 0, size;
	uint64_t sequence;
	*ret_stuck = false;
	while (max == 0 || reading->count < max) {
		if (record_check(buffer + at, length - at, &size, &sequence) != RECORD_WHOLE) {
			*ret_stuck = true;
			break;
		}
		if (max > 0 && sequence >= from && take(buffer + at, reading, end) < 0)
			return -ENOMEM;
		reading->sequence = sequence;
		at += size;
		reading->offset += size;
	}
	return 0;
}

int segment_read(
	int fd, uint8_t *buffer, uint64_t from, size_t max, struct segment_reading *reading)
{
	struct entry **end = &reading->head;
	while (*end)
		end = &(*end)->next;
	for (;;) {
		bool stuck;
		uint64_t before = reading->offset;
		ssize_t length = pread(fd, buffer, SEGMENT_BUFFER_BYTES, (off_t)reading->offset);
		if (length < 0)
			return -errno;
		int r = walk(buffer, (size_t)length, from, max, reading, &end, &stuck);
		if (r < 0 || !stuck)
			return r;
		if (reading->offset > before)
			continue;
		/* Not even one: the end, or damage with whole records behind it. A record is at
		 * most half a buffer, so that one torn by the buffer's end is not taken for damage.
		 */
		size_t whole = record_seek(buffer, (size_t)length);
		if (whole == (size_t)length && length < SEGMENT_BUFFER_BYTES)
			return 0;
		if (whole == (size_t)length)
			whole = SEGMENT_BUFFER_BYTES / 2;
		reading->skipped += whole;
		reading->offset += whole;
	}
}

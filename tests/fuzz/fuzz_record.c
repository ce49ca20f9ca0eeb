/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a segment of the spool: entries come out whole or not at all, and a reading ends.
 * The first byte says how: bit 0 puts the right checksum and length into the first record, so that
 * the form behind it is reached; the rest is how many entries are asked for at once. */
#include "publish/record.h"
#include "publish/segment.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define INPUT_MAX (64 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void put_number(uint8_t *at, uint32_t number)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(number >> 8 * i);
}

/* Length and checksum are the first two numbers of a record, as its header says. */
static void make_right(uint8_t *bytes, size_t size)
{
	if (size <= RECORD_HEADER_BYTES)
		return;
	put_number(bytes, (uint32_t)(size - RECORD_HEADER_BYTES));
	put_number(bytes + 4, record_checksum(bytes + 8, size - 8));
}

/* What an entry says of itself holds, and it is written as it was read. */
static void check_entry(const struct entry *entry)
{
	static uint8_t again[RECORD_HEADER_BYTES + RECORD_BODY_MAX];
	static const char *strings[ENTRY_STRINGS_MAX];
	size_t size, bytes = 0, count = entry_list(entry, strings, ENTRY_STRINGS_MAX);
	uint64_t sequence;
	require(count == entry->count && count >= 2);
	for (size_t i = 0; i < count; i++)
		bytes += strlen(strings[i]) + 1;
	require(bytes == entry->bytes && entry_last(entry) == strings[count - 1]);
	record_encode(entry, entry->sequence, again);
	require(record_check(again, record_size(entry), &size, &sequence) == RECORD_WHOLE);
	require(size == record_size(entry) && sequence == entry->sequence);
}

/* Reads as the spool does: so many at a time, from where the last reading stood. */
static void read_all(int fd, size_t size, size_t max)
{
	static uint8_t buffer[SEGMENT_BUFFER_BYTES];
	struct segment_reading reading = {.offset = 0};
	size_t found;
	do {
		reading.count = 0;
		reading.head = NULL;
		require(segment_read(fd, buffer, 0, max, &reading) == 0);
		require(reading.offset <= size && reading.skipped <= size);
		found = reading.count;
		for (struct entry *entry = reading.head; entry; entry = reading.head) {
			reading.head = entry->next;
			check_entry(entry);
			entry_free(entry);
		}
	} while (max > 0 && found == max);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t bytes[INPUT_MAX];
	static int fd = -1;
	if (size < 2 || size > sizeof bytes)
		return 0;
	size_t max = data[0] / 2, length = size - 1;
	memcpy(bytes, data + 1, length);
	if (data[0] & 1)
		make_right(bytes, length);
	if (fd < 0)
		fd = memfd_create("segment", MFD_CLOEXEC);
	require(fd >= 0 && ftruncate(fd, 0) == 0);
	require(pwrite(fd, bytes, length, 0) == (ssize_t)length);
	read_all(fd, length, max);
	return 0;
}

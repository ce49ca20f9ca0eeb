/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_CAPTURE_BYTES_H
#define TESTS_CAPTURE_BYTES_H
/* Capture files built by hand in a folder of their own, and a listener that remembers faults. */
#include "capture/capture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define MAGIC_MICRO 0xa1b2c3d4
#define MAGIC_NANO 0xa1b23c4d

struct blob {
	uint8_t data[8192];
	size_t size;
	bool big_endian;
};

static inline void blob_put(struct blob *blob, const void *data, size_t size)
{
	assert_true(blob->size + size <= sizeof(blob->data));
	memcpy(blob->data + blob->size, data, size);
	blob->size += size;
}

static inline void blob_put32(struct blob *blob, uint32_t value)
{
	uint8_t octets[4];

	for (int i = 0; i < 4; i++)
		octets[i] = (uint8_t)(value >> 8 * (blob->big_endian ? 3 - i : i));
	blob_put(blob, octets, sizeof(octets));
}

static inline void blob_put16(struct blob *blob, uint16_t value)
{
	uint8_t octets[2] = {(uint8_t)value, (uint8_t)(value >> 8)};

	if (blob->big_endian)
		octets[0] = (uint8_t)(value >> 8), octets[1] = (uint8_t)value;
	blob_put(blob, octets, sizeof(octets));
}

static inline void blob_put_pcap(struct blob *blob, uint32_t magic, uint32_t link_type)
{
	blob_put32(blob, magic);
	blob_put16(blob, 2);
	blob_put16(blob, 4);
	blob_put32(blob, 0);
	blob_put32(blob, 0);
	blob_put32(blob, 65535);
	blob_put32(blob, link_type);
}

#define RECORD_BYTES 4 /* of data, behind 16 of header */

/* A packet of 60 bytes on the wire of which 4 were captured, the first one being `mark`. */
static inline void blob_put_record(
	struct blob *blob, uint32_t seconds, uint32_t fraction, uint8_t mark)
{
	blob_put32(blob, seconds);
	blob_put32(blob, fraction);
	blob_put32(blob, RECORD_BYTES);
	blob_put32(blob, 60);
	blob_put(blob, &(uint8_t[RECORD_BYTES]){mark}, RECORD_BYTES);
}

/* A pcap file with a packet of mark i at each of the given seconds. */
static inline struct blob blob_at_seconds(const uint32_t *seconds, size_t count)
{
	struct blob blob = {0};

	blob_put_pcap(&blob, MAGIC_MICRO, 1);
	for (size_t i = 0; i < count; i++)
		blob_put_record(&blob, seconds[i], 0, (uint8_t)i);
	return blob;
}

struct heard {
	unsigned count;
	char place[512], message[512];
};

static inline void hear(void *argument, const char *place, const char *message)
{
	struct heard *heard = argument;

	heard->count++;
	snprintf(heard->place, sizeof(heard->place), "%s", place);
	snprintf(heard->message, sizeof(heard->message), "%s", message);
}

static inline struct capture *capture_begin(struct heard *heard, char *const *paths, size_t count)
{
	struct capture_listener listener = {hear, heard};
	struct capture *capture;

	*heard = (struct heard){0};
	assert_int_equal(capture_open_files(&listener, paths, count, &capture), 0);
	return capture;
}

/* Reads all, writes the frames' marks or seconds to `ret_values`; returns how many there were. */
static inline size_t capture_drain(
	struct capture *capture, int64_t *ret_values, size_t capacity, bool seconds)
{
	struct frame frame;
	size_t count = 0;

	while (capture_next(capture, 0, &frame) == CAPTURE_FRAME) {
		assert_true(count < capacity);
		ret_values[count++] = seconds ? frame.time_us / 1000000 : frame.data[0];
	}
	assert_int_equal(capture_next(capture, 0, &frame), CAPTURE_END);
	return count;
}

static char folder[64];

static inline int folder_make(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "%s", "/tmp/test_capture.XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static inline int folder_remove(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return system(command);
}

/* The path of `name` in the folder; belongs to the caller. */
static inline char *path_of(const char *name)
{
	char *path;

	assert_true(asprintf(&path, "%s/%s", folder, name) > 0);
	return path;
}

static inline char *path_with(const char *name, const void *data, size_t size)
{
	char *path = path_of(name);
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
	return path;
}

#endif

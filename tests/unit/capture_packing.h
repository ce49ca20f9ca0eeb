/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_CAPTURE_PACKING_H
#define TESTS_CAPTURE_PACKING_H
/* Packers of captures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <zlib.h>
#include <zstd.h>

static inline size_t deflate_all(uint8_t *out, size_t capacity, const void *data, size_t size)
{
	z_stream stream = {0};

	assert_int_equal(
		deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	stream.next_in = (Bytef *)data;
	stream.avail_in = (uInt)size;
	stream.next_out = out;
	stream.avail_out = (uInt)capacity;
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	deflateEnd(&stream);
	return stream.total_out;
}

static inline size_t compress_all(uint8_t *out, size_t capacity, const void *data, size_t size)
{
	size_t result = ZSTD_compress(out, capacity, data, size, 3);

	assert_false(ZSTD_isError(result));
	return result;
}

typedef size_t pack(uint8_t *out, size_t capacity, const void *data, size_t size);

static const struct {
	const char *name;
	pack *pack;
	size_t descriptor; /* where 0xff cannot be: gzip's first block, zstd's frame descriptor */
} packings[] = {{"gzip", deflate_all, 10}, {"zstd", compress_all, 4}};

#define PACKINGS (sizeof(packings) / sizeof(packings[0]))

#endif

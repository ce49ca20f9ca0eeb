/* SPDX-License-Identifier: Apache-2.0 */
#include "report/deflate.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>

#define PACKED_BYTES 49152 /* at once; three bytes are four digits */

struct deflating {
	z_stream stream;
	FILE *file;
	size_t held; /* bytes at the begin of `packed` that no digits were made of yet */
	uint8_t packed[PACKED_BYTES];
};

static void write_base64(const uint8_t *bytes, size_t size, FILE *file)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t i = 0; i < size; i += 3) {
		uint32_t second = i + 1 < size ? bytes[i + 1] : 0;
		uint32_t third = i + 2 < size ? bytes[i + 2] : 0;
		uint32_t triple = (uint32_t)bytes[i] << 16 | second << 8 | third;
		putc(digits[triple >> 18], file);
		putc(digits[triple >> 12 & 63], file);
		putc(i + 1 < size ? digits[triple >> 6 & 63] : '=', file);
		putc(i + 2 < size ? digits[triple & 63] : '=', file);
	}
}

/* Writes what is whole triples; at the end all. */
static void write_packed(struct deflating *deflating, bool is_end)
{
	size_t size = PACKED_BYTES - deflating->stream.avail_out;
	size_t whole = is_end ? size : size - size % 3;
	write_base64(deflating->packed, whole, deflating->file);
	for (size_t i = whole; i < size; i++)
		deflating->packed[i - whole] = deflating->packed[i];
	deflating->held = size - whole;
	deflating->stream.next_out = deflating->packed + deflating->held;
	deflating->stream.avail_out = (uInt)(PACKED_BYTES - deflating->held);
}

static ssize_t take_bytes(void *cookie, const char *bytes, size_t size)
{
	struct deflating *deflating = cookie;
	z_stream *stream = &deflating->stream;
	stream->next_in = (Bytef *)(uintptr_t)bytes;
	stream->avail_in = (uInt)size; /* of a buffer of stdio */
	while (stream->avail_in > 0) {
		if (deflate(stream, Z_NO_FLUSH) != Z_OK)
			return 0;
		if (stream->avail_out == 0)
			write_packed(deflating, false);
	}
	return (ssize_t)size;
}

static int finish(void *cookie)
{
	struct deflating *deflating = cookie;
	int state = Z_OK;
	while (state == Z_OK) {
		state = deflate(&deflating->stream, Z_FINISH);
		write_packed(deflating, state == Z_STREAM_END);
	}
	deflateEnd(&deflating->stream);
	free(deflating);
	return state == Z_STREAM_END ? 0 : EOF;
}

int deflate_open_base64(FILE *file, FILE **ret_packed)
{
	struct deflating *deflating = calloc(1, sizeof *deflating);
	if (!deflating)
		return -ENOMEM;
	deflating->file = file;
	deflating->stream.next_out = deflating->packed;
	deflating->stream.avail_out = PACKED_BYTES;
	if (deflateInit(&deflating->stream, Z_DEFAULT_COMPRESSION) != Z_OK) {
		free(deflating);
		return -ENOMEM;
	}
	FILE *packed = fopencookie(
		deflating, "w", (cookie_io_functions_t){.write = take_bytes, .close = finish});
	if (!packed) {
		deflateEnd(&deflating->stream);
		free(deflating);
		return -ENOMEM;
	}
	*ret_packed = packed;
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "report/deflate.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>

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

int deflate_write_base64(const void *bytes, size_t size, FILE *file)
{
	uLongf packed_size = compressBound(size);
	Bytef *packed = malloc(packed_size);
	if (!packed ||
		compress2(packed, &packed_size, bytes, size, Z_DEFAULT_COMPRESSION) != Z_OK) {
		free(packed);
		return -ENOMEM;
	}
	write_base64(packed, packed_size, file);
	free(packed);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/stream.h"

#include "capture/ahead.h"

#include <errno.h>
#include <stdio_ext.h>
#include <stdlib.h>

#define BUFFER_BYTES ((size_t)128 * 1024) /* libpcap's own 4 KiB cost nearly half of the speed */
#define PAGE_BYTES 4096

struct stream {
	struct input *input;
	struct ahead *ahead; /* NULL: the input is read when its bytes are wanted */
	uint64_t given;      /* decompressed bytes handed to stdio */
	bool has_failed;
	char *buffer; /* of the stdio stream */
};

static ssize_t cookie_read(void *cookie, char *buffer, size_t bytes)
{
	struct stream *stream = cookie;
	ssize_t n = stream->ahead ? ahead_read(stream->ahead, (uint8_t *)buffer, bytes)
				  : input_read(stream->input, (uint8_t *)buffer, bytes);

	if (n < 0) {
		stream->has_failed = true;
		errno = EIO;
		return -1;
	}
	stream->given += (uint64_t)n;
	return n;
}

/* Only tells where it is: that is all that ftello asks for. */
static int cookie_seek(void *cookie, off64_t *offset, int whence)
{
	const struct stream *stream = cookie;

	if (whence != SEEK_CUR || *offset != 0)
		return -1;
	*offset = (off64_t)stream->given;
	return 0;
}

int stream_new(struct input *input, bool reads_ahead, struct stream **ret_stream)
{
	struct stream *stream = calloc(1, sizeof(*stream));

	if (!stream)
		return -ENOMEM;
	stream->input = input;
	if (reads_ahead && ahead_new(input, &stream->ahead) < 0)
		stream->ahead = NULL;
	*ret_stream = stream;
	return 0;
}

FILE *stream_file(struct stream *stream)
{
	cookie_io_functions_t functions = {.read = cookie_read, .seek = cookie_seek};
	FILE *file;

	stream->buffer = aligned_alloc(PAGE_BYTES, BUFFER_BYTES);
	if (!stream->buffer)
		return NULL;
	file = fopencookie(stream, "rb", functions);
	if (!file)
		return NULL;
	setvbuf(file, stream->buffer, _IOFBF, BUFFER_BYTES);
	__fsetlocking(file, FSETLOCKING_BYCALLER); /* one thread reads it */
	return file;
}

const char *stream_fault(const struct stream *stream)
{
	return stream->has_failed ? input_fault(stream->input) : NULL;
}

uint64_t stream_bytes_read(const struct stream *stream)
{
	return stream->ahead ? ahead_bytes_read(stream->ahead) : input_bytes_read(stream->input);
}

void stream_free(struct stream *stream)
{
	if (!stream)
		return;
	ahead_free(stream->ahead);
	free(stream->buffer);
	free(stream);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/stream.h"

#include "capture/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <stdio_ext.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD_BYTES 4
#define PACKED_BYTES (256 * 1024)
#define BUFFER_BYTES (256 * 1024) /* libpcap's own 4 KiB cost nearly half of the speed */

struct stream {
	int fd;
	bool regular;
	uint64_t size; /* 0 unknown */
	bool ended;    /* the file itself */
	uint64_t bytes_read;
	const struct unpacker *unpacker; /* NULL: plain */
	void *unpacker_state;
	struct unpack unpack;
	uint8_t *packed;          /* PACKED_BYTES of input for the unpacker */
	uint8_t head[HEAD_BYTES]; /* decompressed; handed out before everything else */
	size_t head_bytes, head_taken;
	uint64_t given; /* decompressed bytes handed to stdio */
	char *buffer;   /* of the stdio stream */
	char fault[96];
};

static const struct unpacker *const unpackers[] = {&unpack_gzip, &unpack_zstd};

static void set_fault(struct stream *stream, const char *phrase)
{
	if (!stream->fault[0])
		snprintf(stream->fault, sizeof(stream->fault), "%s%s%s",
			stream->unpacker ? stream->unpacker->name : "", stream->unpacker ? " " : "",
			phrase);
}

/* What is there at once: a FIFO or pipe must not wait for a full buffer. */
static ssize_t read_some(struct stream *stream, uint8_t *buffer, size_t bytes)
{
	ssize_t n;

	do {
		n = read(stream->fd, buffer, bytes);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	stream->ended = n == 0;
	stream->bytes_read += (uint64_t)n;
	return n;
}

static int refill(struct stream *stream)
{
	ssize_t n = read_some(stream, stream->packed, PACKED_BYTES);

	if (n < 0)
		return (int)n;
	stream->unpack.in = stream->packed;
	stream->unpack.in_end = stream->packed + n;
	return 0;
}

static ssize_t read_packed(struct stream *stream, uint8_t *buffer, size_t bytes)
{
	struct unpack *unpack = &stream->unpack;
	int result = 0;

	unpack->out = buffer;
	unpack->out_end = buffer + bytes;
	while (result == 0 && unpack->out == buffer) {
		bool drained;

		if (unpack->in == unpack->in_end && !stream->ended)
			result = refill(stream);
		drained = unpack->in == unpack->in_end;
		if (result == 0)
			result = stream->unpacker->step(stream->unpacker_state, unpack);
		if (result == 0 && drained && stream->ended && unpack->out == buffer)
			break;
	}
	if (result == -EBADMSG)
		set_fault(stream, "data is damaged");
	if (result < 0)
		return result;
	if (unpack->out == buffer && !unpack->whole) {
		set_fault(stream, "data ends early");
		return -EBADMSG;
	}
	return unpack->out - buffer;
}

static ssize_t read_bytes(struct stream *stream, uint8_t *buffer, size_t bytes)
{
	return stream->unpacker ? read_packed(stream, buffer, bytes)
				: read_some(stream, buffer, bytes);
}

static ssize_t cookie_read(void *cookie, char *buffer, size_t bytes)
{
	struct stream *stream = cookie;
	size_t head = stream->head_bytes - stream->head_taken;
	ssize_t n;

	if (head > 0) {
		n = (ssize_t)(head < bytes ? head : bytes);
		memcpy(buffer, stream->head + stream->head_taken, (size_t)n);
		stream->head_taken += (size_t)n;
	} else {
		n = stream->fault[0] ? -EBADMSG : read_bytes(stream, (uint8_t *)buffer, bytes);
	}
	if (n < 0) {
		set_fault(stream, strerror((int)-n));
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

static int start_unpacker(struct stream *stream, const struct unpacker *unpacker)
{
	int result = unpacker->open(&stream->unpacker_state);

	if (result < 0)
		return result;
	stream->unpacker = unpacker;
	stream->packed = malloc(PACKED_BYTES);
	if (!stream->packed)
		return -ENOMEM;
	memcpy(stream->packed, stream->head, stream->head_bytes);
	stream->unpack.in = stream->packed;
	stream->unpack.in_end = stream->packed + stream->head_bytes;
	stream->head_bytes = 0;
	while (stream->head_bytes < HEAD_BYTES && !stream->fault[0]) {
		ssize_t n = read_packed(
			stream, stream->head + stream->head_bytes, HEAD_BYTES - stream->head_bytes);

		if (n < 0 && n != -EBADMSG)
			return (int)n;
		if (n <= 0)
			break;
		stream->head_bytes += (size_t)n;
	}
	return 0;
}

static int read_head(struct stream *stream)
{
	while (stream->head_bytes < HEAD_BYTES && !stream->ended) {
		ssize_t n = read_some(
			stream, stream->head + stream->head_bytes, HEAD_BYTES - stream->head_bytes);

		if (n < 0)
			return (int)n;
		stream->head_bytes += (size_t)n;
	}
	for (size_t i = 0; i < sizeof(unpackers) / sizeof(unpackers[0]); i++)
		if (unpackers[i]->matches(stream->head, stream->head_bytes))
			return start_unpacker(stream, unpackers[i]);
	return 0;
}

static int open_path(const char *path, struct stream *stream)
{
	struct stat status;

	if (strcmp(path, "-") == 0)
		stream->fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	else
		stream->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (stream->fd < 0 || fstat(stream->fd, &status) < 0)
		return -errno;
	stream->regular = S_ISREG(status.st_mode) && strcmp(path, "-") != 0;
	stream->size = stream->regular ? (uint64_t)status.st_size : 0;
	return S_ISDIR(status.st_mode) ? -EISDIR : 0;
}

int stream_open(const char *path, struct stream **ret_stream)
{
	struct stream *stream = calloc(1, sizeof(*stream));
	int result;

	if (!stream)
		return -ENOMEM;
	stream->fd = -1;
	result = open_path(path, stream);
	if (result == 0)
		result = read_head(stream);
	if (result < 0) {
		stream_close(stream);
		return result;
	}
	*ret_stream = stream;
	return 0;
}

FILE *stream_file(struct stream *stream)
{
	cookie_io_functions_t functions = {.read = cookie_read, .seek = cookie_seek};
	FILE *file;

	stream->buffer = malloc(BUFFER_BYTES);
	if (!stream->buffer)
		return NULL;
	file = fopencookie(stream, "rb", functions);
	if (!file)
		return NULL;
	setvbuf(file, stream->buffer, _IOFBF, BUFFER_BYTES);
	__fsetlocking(file, FSETLOCKING_BYCALLER); /* one thread reads it */
	return file;
}

size_t stream_head(const struct stream *stream, uint8_t ret_head[4])
{
	memcpy(ret_head, stream->head, stream->head_bytes);
	return stream->head_bytes;
}

const char *stream_fault(const struct stream *stream)
{
	return stream->fault[0] ? stream->fault : NULL;
}

const char *stream_packing(const struct stream *stream)
{
	return stream->unpacker ? stream->unpacker->name : NULL;
}

uint64_t stream_bytes_read(const struct stream *stream)
{
	return stream->bytes_read;
}

uint64_t stream_size(const struct stream *stream)
{
	return stream->size;
}

bool stream_is_regular(const struct stream *stream)
{
	return stream->regular;
}

void stream_close(struct stream *stream)
{
	if (!stream)
		return;
	if (stream->unpacker_state)
		stream->unpacker->close(stream->unpacker_state);
	free(stream->packed);
	free(stream->buffer);
	if (stream->fd >= 0)
		close(stream->fd);
	free(stream);
}

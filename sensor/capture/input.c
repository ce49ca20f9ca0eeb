/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/input.h"

#include "capture/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD_BYTES 4
#define PACKED_BYTES (256 * 1024)
#define PAGE_BYTES 4096

struct input {
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
	char fault[96];
};

static const struct unpacker *const unpackers[] = {&unpack_gzip, &unpack_zstd};

static void set_fault(struct input *input, const char *phrase)
{
	if (!input->fault[0])
		snprintf(input->fault, sizeof(input->fault), "%s%s%s",
			input->unpacker ? input->unpacker->name : "", input->unpacker ? " " : "",
			phrase);
}

/* What is there at once: a FIFO or pipe must not wait for a full buffer. */
static ssize_t read_some(struct input *input, uint8_t *buffer, size_t bytes)
{
	ssize_t n;

	do {
		n = read(input->fd, buffer, bytes);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	input->ended = n == 0;
	input->bytes_read += (uint64_t)n;
	return n;
}

static int refill(struct input *input)
{
	ssize_t n = read_some(input, input->packed, PACKED_BYTES);

	if (n < 0)
		return (int)n;
	input->unpack.in = input->packed;
	input->unpack.in_end = input->packed + n;
	return 0;
}

static ssize_t read_packed(struct input *input, uint8_t *buffer, size_t bytes)
{
	struct unpack *unpack = &input->unpack;
	int result = 0;

	unpack->out = buffer;
	unpack->out_end = buffer + bytes;
	while (result == 0 && unpack->out == buffer) {
		bool drained;

		if (unpack->in == unpack->in_end && !input->ended)
			result = refill(input);
		drained = unpack->in == unpack->in_end;
		if (result == 0)
			result = input->unpacker->step(input->unpacker_state, unpack);
		if (result == 0 && drained && input->ended && unpack->out == buffer)
			break;
	}
	if (result == -EBADMSG)
		set_fault(input, "data is damaged");
	if (result < 0)
		return result;
	if (unpack->out == buffer && !unpack->whole) {
		set_fault(input, "data ends early");
		return -EBADMSG;
	}
	return unpack->out - buffer;
}

/* Up to the end of a page of the file: the kernel copies pages faster to where pages begin. */
static ssize_t read_plain(struct input *input, uint8_t *buffer, size_t bytes)
{
	size_t beyond = input->bytes_read % PAGE_BYTES;

	return read_some(input, buffer, bytes > beyond ? bytes - beyond : bytes);
}

static int start_unpacker(struct input *input, const struct unpacker *unpacker)
{
	int result = unpacker->open(&input->unpacker_state);

	if (result < 0)
		return result;
	input->unpacker = unpacker;
	input->packed = malloc(PACKED_BYTES);
	if (!input->packed)
		return -ENOMEM;
	memcpy(input->packed, input->head, input->head_bytes);
	input->unpack.in = input->packed;
	input->unpack.in_end = input->packed + input->head_bytes;
	input->head_bytes = 0;
	while (input->head_bytes < HEAD_BYTES && !input->fault[0]) {
		ssize_t n = read_packed(
			input, input->head + input->head_bytes, HEAD_BYTES - input->head_bytes);

		if (n < 0 && n != -EBADMSG)
			return (int)n;
		if (n <= 0)
			break;
		input->head_bytes += (size_t)n;
	}
	return 0;
}

static int read_head(struct input *input)
{
	while (input->head_bytes < HEAD_BYTES && !input->ended) {
		ssize_t n = read_some(
			input, input->head + input->head_bytes, HEAD_BYTES - input->head_bytes);

		if (n < 0)
			return (int)n;
		input->head_bytes += (size_t)n;
	}
	for (size_t i = 0; i < sizeof(unpackers) / sizeof(unpackers[0]); i++)
		if (unpackers[i]->matches(input->head, input->head_bytes))
			return start_unpacker(input, unpackers[i]);
	return 0;
}

static int open_path(const char *path, struct input *input)
{
	struct stat status;

	if (strcmp(path, "-") == 0)
		input->fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	else
		input->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (input->fd < 0 || fstat(input->fd, &status) < 0)
		return -errno;
	input->regular = S_ISREG(status.st_mode) && strcmp(path, "-") != 0;
	input->size = input->regular ? (uint64_t)status.st_size : 0;
	return S_ISDIR(status.st_mode) ? -EISDIR : 0;
}

int input_open(const char *path, struct input **ret_input)
{
	struct input *input = calloc(1, sizeof(*input));
	int result;

	if (!input)
		return -ENOMEM;
	input->fd = -1;
	result = open_path(path, input);
	if (result == 0)
		result = read_head(input);
	if (result < 0) {
		input_close(input);
		return result;
	}
	*ret_input = input;
	return 0;
}

static ssize_t take_head(struct input *input, uint8_t *buffer, size_t bytes)
{
	size_t left = input->head_bytes - input->head_taken;
	size_t n = left < bytes ? left : bytes;

	memcpy(buffer, input->head + input->head_taken, n);
	input->head_taken += n;
	return (ssize_t)n;
}

ssize_t input_read(struct input *input, uint8_t *buffer, size_t bytes)
{
	ssize_t n;

	if (input->head_taken < input->head_bytes)
		return take_head(input, buffer, bytes);
	if (input->fault[0])
		return -EBADMSG;
	n = input->unpacker ? read_packed(input, buffer, bytes) : read_plain(input, buffer, bytes);
	if (n < 0)
		set_fault(input, strerror((int)-n));
	return n;
}

size_t input_head(const struct input *input, uint8_t ret_head[4])
{
	memcpy(ret_head, input->head, input->head_bytes);
	return input->head_bytes;
}

const char *input_fault(const struct input *input)
{
	return input->fault[0] ? input->fault : NULL;
}

const char *input_packing(const struct input *input)
{
	return input->unpacker ? input->unpacker->name : NULL;
}

uint64_t input_bytes_read(const struct input *input)
{
	return input->bytes_read;
}

uint64_t input_size(const struct input *input)
{
	return input->size;
}

bool input_is_regular(const struct input *input)
{
	return input->regular;
}

void input_close(struct input *input)
{
	if (!input)
		return;
	if (input->unpacker_state)
		input->unpacker->close(input->unpacker_state);
	free(input->packed);
	if (input->fd >= 0)
		close(input->fd);
	free(input);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "http/body.h"

#include <stdlib.h>
#include <string.h>

void body_make_piece(struct body *body, size_t worker)
{
	char *bytes = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&bytes, &size);
	bool is_more = stream && body->answer.make_piece(body->answer.state, worker, stream);
	bool is_failed = !stream || ferror(stream);
	if (stream && fclose(stream) != 0)
		is_failed = true;
	free(body->piece);
	body->piece = bytes;
	body->piece_size = is_failed ? 0 : size;
	body->piece_read = 0;
	body->is_last_piece = !is_more;
	body->is_broken = is_failed;
}

static ssize_t read_piece(struct body *body, char *ret_bytes, size_t size)
{
	size_t left = body->piece_size - body->piece_read;
	if (left > 0) {
		left = left < size ? left : size;
		memcpy(ret_bytes, body->piece + body->piece_read, left);
		body->piece_read += left;
		return (ssize_t)left;
	}
	if (body->is_broken)
		return BODY_BROKEN;
	return body->is_last_piece ? BODY_ENDED : BODY_UNMADE;
}

static ssize_t read_whole(
	const struct answer *answer, uint64_t position, char *ret_bytes, size_t size)
{
	const char *bytes = answer->owned ? answer->owned : answer->bytes;
	if (position >= answer->size)
		return BODY_ENDED;
	if (size > answer->size - position)
		size = answer->size - position;
	memcpy(ret_bytes, bytes + position, size);
	return (ssize_t)size;
}

ssize_t body_read(struct body *body, struct listeners *listeners, uint64_t position,
	char *ret_bytes, size_t size)
{
	if (body->answer.read_live)
		return listeners_read(listeners, &body->listener, &body->answer, ret_bytes, size);
	if (body->answer.make_piece)
		return read_piece(body, ret_bytes, size);
	return read_whole(&body->answer, position, ret_bytes, size);
}

void body_done(struct body *body)
{
	if (body->answer.done)
		body->answer.done(body->answer.state);
	free(body->answer.owned);
	free(body->piece);
}

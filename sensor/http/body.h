/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HTTP_BODY_H
#define HTTP_BODY_H
/* The body of an answer, whatever its form, as it is read in blocks by the thread that moves bytes.
 */
#include <stdint.h>
#include <sys/types.h>

#include "http/answer.h"
#include "http/listeners.h"

/* What body_read() returns when it has no bytes. */
enum body_state {
	BODY_ASLEEP = 0, /* nothing new; its listener sleeps */
	BODY_ENDED = -1,
	BODY_BROKEN = -2, /* it cannot be completed */
	BODY_UNMADE = -3, /* a worker has to make the next piece */
};

/* Zeroed: no answer yet. */
struct body {
	struct answer answer;
	struct listener listener; /* of an answer without end */
	/* Of a long one: the piece at hand. */
	char *piece;
	size_t piece_size, piece_read;
	bool is_last_piece, is_broken;
};

/* For a worker: the next piece of a long answer. */
void body_make_piece(struct body *body, size_t worker);

/* Copies at most `size` bytes from `position` on, at which the last call ended. Returns how many,
 * or a body_state. `listeners` knows the body's listener, if its answer has no end. */
ssize_t body_read(struct body *body, struct listeners *listeners, uint64_t position,
	char *ret_bytes, size_t size);

/* Frees the answer, too. */
void body_done(struct body *body);

#endif

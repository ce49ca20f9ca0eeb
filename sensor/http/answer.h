/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HTTP_ANSWER_H
#define HTTP_ANSWER_H
/* What a client of the server gets: a status, headers, and a body in one of four forms. */
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define ANSWER_HEADERS_MAX 6
#define ANSWER_HEADER_SIZE 256

/* All zero: 500. At most one of `bytes`, `owned`, `make_piece` and `read_live` is set. */
struct answer {
	unsigned status;
	const char *type; /* static text */
	/* The body: bytes that live as long as the server, or `owned`, which the server frees. */
	const void *bytes;
	char *owned;
	size_t size;
	/* A long body: called by a worker again and again. It appends a piece to `stream` and
	 * returns true while there is more. */
	bool (*make_piece)(void *state, size_t worker, FILE *stream);
	/* A body without end: copies what is new, at most `size` bytes, and returns how many. It
	 * is called by the thread that moves bytes and must not wait. 0: nothing yet, asked again
	 * after server_wake(). `ping`, static text, is sent now and then when nothing else is. */
	size_t (*read_live)(void *state, char *ret_bytes, size_t size);
	const char *ping;
	/* Of both; freed by `done` (may be NULL) when the request ends, however it ends. */
	void *state;
	void (*done)(void *state);
	struct {
		const char *name; /* static text */
		char value[ANSWER_HEADER_SIZE];
	} headers[ANSWER_HEADERS_MAX];
	size_t header_count;
};

/* Makes plain text, which outlives the server, the body; headers stay, another body is freed. */
void answer_text(struct answer *answer, unsigned status, const char *text);

/* Adds a header, formatted. Beyond ANSWER_HEADERS_MAX: ignored; a longer value is cut. */
void answer_header(struct answer *answer, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif

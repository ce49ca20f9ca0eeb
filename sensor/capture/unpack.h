/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CAPTURE_UNPACK_H
#define CAPTURE_UNPACK_H
/* Decompressors behind one interface, so that stream.c knows neither zlib nor libzstd. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Input and output of one step; the step moves the pointers on. */
struct unpack {
	const uint8_t *in, *in_end;
	uint8_t *out, *out_end;
	bool whole; /* out: the input may end here without anything missing */
};

struct unpacker {
	const char *name; /* for messages: "gzip", "zstd" */
	/* True when the first `bytes` bytes at `head` begin such a file. */
	bool (*matches)(const uint8_t *head, size_t bytes);
	/* Returns 0 or -ENOMEM. */
	int (*open)(void **ret_state);
	/* Consumes input or makes output, or both; -EBADMSG when the data is damaged, -ENOMEM. */
	int (*step)(void *state, struct unpack *unpack);
	void (*close)(void *state);
};

extern const struct unpacker unpack_gzip; /* several members in a row, RFC 1952 */
extern const struct unpacker unpack_zstd; /* several frames in a row, RFC 8878 */

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The only user of libzstd. */
#include "capture/unpack.h"

#include <errno.h>
#include <string.h>
#include <zstd.h>

/* A frame, or a skippable frame, with which some writers begin (RFC 8878, section 3.1.2). */
static bool zstd_matches(const uint8_t *head, size_t bytes)
{
	static const uint8_t frame[4] = {0x28, 0xb5, 0x2f, 0xfd};
	static const uint8_t skippable[3] = {0x2a, 0x4d, 0x18};

	if (bytes < 4)
		return false;
	return memcmp(head, frame, sizeof(frame)) == 0 ||
	       ((head[0] & 0xf0) == 0x50 && memcmp(head + 1, skippable, sizeof(skippable)) == 0);
}

static int zstd_open(void **ret_state)
{
	ZSTD_DCtx *context = ZSTD_createDCtx();

	if (!context)
		return -ENOMEM;
	*ret_state = context;
	return 0;
}

static int zstd_step(void *state, struct unpack *unpack)
{
	ZSTD_inBuffer in = {unpack->in, (size_t)(unpack->in_end - unpack->in), 0};
	ZSTD_outBuffer out = {unpack->out, (size_t)(unpack->out_end - unpack->out), 0};
	size_t result = ZSTD_decompressStream(state, &out, &in);

	if (ZSTD_isError(result))
		return -EBADMSG;
	/* without input nothing has been said about a frame: what was whole stays so */
	if (in.pos > 0 || out.pos > 0)
		unpack->whole = result == 0;
	unpack->in += in.pos;
	unpack->out += out.pos;
	return 0;
}

static void zstd_close(void *state)
{
	ZSTD_freeDCtx(state);
}

const struct unpacker unpack_zstd = {"zstd", zstd_matches, zstd_open, zstd_step, zstd_close};

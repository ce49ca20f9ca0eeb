/* SPDX-License-Identifier: Apache-2.0 */
/* The only user of zlib. */
#include "capture/unpack.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

#define GZIP_ONLY 16 /* added to the window's bits: neither raw nor zlib's own format */

struct gzip {
	z_stream stream;
	bool between; /* a member has ended; another one, padding or nothing follows */
};

static bool gzip_matches(const uint8_t *head, size_t bytes)
{
	return bytes >= 3 && head[0] == 0x1f && head[1] == 0x8b && head[2] == 8;
}

static int gzip_open(void **ret_state)
{
	struct gzip *gzip = calloc(1, sizeof(*gzip));

	if (!gzip)
		return -ENOMEM;
	if (inflateInit2(&gzip->stream, MAX_WBITS + GZIP_ONLY) != Z_OK) {
		free(gzip);
		return -ENOMEM;
	}
	*ret_state = gzip;
	return 0;
}

/* What follows a member: another one, or padding of tapes and junk, which gzip ignores as well. */
static bool begin_member(struct gzip *gzip, struct unpack *unpack)
{
	if (*unpack->in != 0x1f) {
		unpack->in = unpack->in_end;
		return false;
	}
	inflateReset(&gzip->stream);
	gzip->between = false;
	return true;
}

static unsigned clamp(size_t bytes)
{
	return bytes > UINT_MAX ? UINT_MAX : (unsigned)bytes;
}

static int gzip_step(void *state, struct unpack *unpack)
{
	struct gzip *gzip = state;
	z_stream *stream = &gzip->stream;
	int result;

	if (gzip->between && (unpack->in == unpack->in_end || !begin_member(gzip, unpack)))
		return 0;
	stream->next_in = (Bytef *)unpack->in;
	stream->avail_in = clamp((size_t)(unpack->in_end - unpack->in));
	stream->next_out = unpack->out;
	stream->avail_out = clamp((size_t)(unpack->out_end - unpack->out));
	result = inflate(stream, Z_NO_FLUSH);
	unpack->in = stream->next_in;
	unpack->out = stream->next_out;
	gzip->between = result == Z_STREAM_END;
	unpack->whole = gzip->between;
	if (result == Z_MEM_ERROR)
		return -ENOMEM;
	return result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR ? 0 : -EBADMSG;
}

static void gzip_close(void *state)
{
	struct gzip *gzip = state;

	inflateEnd(&gzip->stream);
	free(gzip);
}

const struct unpacker unpack_gzip = {"gzip", gzip_matches, gzip_open, gzip_step, gzip_close};

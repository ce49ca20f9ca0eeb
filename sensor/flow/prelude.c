/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/prelude.h"

#include <errno.h>
#include <stdlib.h>

#define TCP 6

struct preludes {
	struct head_pool *pool;
	struct handshake_reader *reader;
};

int preludes_new(bool with_fingerprints, struct preludes **ret_preludes)
{
	struct preludes *preludes = calloc(1, sizeof *preludes);
	if (!preludes)
		return -ENOMEM;
	int error = head_pool_new(PRELUDE_HEADS_MAX, &preludes->pool);
	if (error == 0)
		error = handshake_reader_new(preludes->pool, with_fingerprints, &preludes->reader);
	if (error < 0) {
		preludes_free(preludes);
		return error;
	}
	*ret_preludes = preludes;
	return 0;
}

void preludes_free(struct preludes *preludes)
{
	if (!preludes)
		return;
	handshake_reader_free(preludes->reader);
	head_pool_free(preludes->pool);
	free(preludes);
}

static unsigned direction_of(bool from_client)
{
	return from_client ? 0 : 1;
}

/* A stream is kept for a hello that is not whole. */
static void settle(struct preludes *preludes, struct prelude *prelude)
{
	const struct handshake *handshake = &prelude->handshake;
	bool is_needed =
		handshake->hello == SURGETAP_HELLO_PENDING && handshake->carrier == HANDSHAKE_TLS;
	if (!is_needed)
		stream_end(preludes->pool, &prelude->streams[direction_of(handshake->from_client)]);
}

void prelude_add(struct preludes *preludes, struct prelude *prelude, const struct packet *packet,
	bool from_client)
{
	struct stream *stream = &prelude->streams[direction_of(from_client)];
	if (packet->transport == TCP)
		stream_add(preludes->pool, stream, packet);
	handshake_add(preludes->reader, &prelude->handshake, stream, packet, from_client);
	settle(preludes, prelude);
}

void prelude_finish(struct preludes *preludes, struct prelude *prelude)
{
	unsigned direction = direction_of(prelude->handshake.from_client);
	handshake_finish(preludes->reader, &prelude->handshake, &prelude->streams[direction]);
}

static void replace(const char **text, const char *own)
{
	if (own[0])
		*text = own;
}

void prelude_tell(const struct prelude *prelude, struct verdict *verdict)
{
	const struct handshake *handshake = &prelude->handshake;
	if (handshake->chosen != 0)
		verdict->tls_version = handshake->chosen;
	else if (handshake->offered != 0)
		verdict->tls_version = handshake->offered;
	replace(&verdict->sni, handshake->sni);
	replace(&verdict->alpn, handshake->alpn);
	replace(&verdict->ja3, handshake->ja3);
	replace(&verdict->ja4, handshake->ja4);
}

void prelude_end(struct preludes *preludes, struct prelude *prelude)
{
	stream_end(preludes->pool, &prelude->streams[0]);
	stream_end(preludes->pool, &prelude->streams[1]);
	head_end(preludes->pool, &prelude->handshake.datagrams);
}

void preludes_stats(const struct preludes *preludes, struct head_pool_stats *ret_stats)
{
	head_pool_stats(preludes->pool, ret_stats);
}

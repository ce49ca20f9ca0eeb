/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_PRELUDE_H
#define FLOW_PRELUDE_H
/*
 * How a flow begins, read across messages: both directions of TCP and the ClientHello. Bytes are
 * kept only while a hello is not whole.
 */
#include "flow/classify.h"
#include "flow/handshake.h"

/* Beginnings that a worker keeps at once. They take 18 KiB of address space each, and of memory
 * what they hold. */
#define PRELUDE_HEADS_MAX 1024u

/* Zero at first; its address must not change. */
struct prelude {
	struct stream streams[2]; /* [0] from the client, [1] from the server */
	struct handshake handshake;
};

struct preludes; /* of one worker */

/* Computes JA3 and JA4 only `with_fingerprints`. Returns 0, or the errors of handshake_reader_new.
 */
int preludes_new(bool with_fingerprints, struct preludes **ret_preludes);
/* Accepts NULL. */
void preludes_free(struct preludes *preludes);

/* Shows the flow's next payload: of TCP a message, in order (flow/dialogue), else as it arrives. */
void prelude_add(struct preludes *preludes, struct prelude *prelude, const struct packet *packet,
	bool from_client);

/* A hello has begun, and more packets may complete it. */
static inline bool prelude_is_pending(const struct prelude *prelude)
{
	return prelude->handshake.hello == SURGETAP_HELLO_PENDING;
}

/* The server has answered a ClientHello in TCP by TLS 1.3: all that follows is encrypted, its
 * certificate too (RFC 8446, 2). */
static inline bool prelude_is_sealed(const struct prelude *prelude)
{
	const struct handshake *handshake = &prelude->handshake;
	return handshake->carrier == HANDSHAKE_TLS && handshake->hello > SURGETAP_HELLO_PENDING &&
	       handshake->chosen == HANDSHAKE_TLS13;
}

/* No more packets come, or none that help: a hello that has begun is read as far as it goes. */
void prelude_finish(struct preludes *preludes, struct prelude *prelude);

/* Puts what the hellos tell into the verdict, before what nDPI has read of them. The strings stay
 * the prelude's. */
void prelude_tell(const struct prelude *prelude, struct verdict *verdict);

/* Gives every buffer back. */
void prelude_end(struct preludes *preludes, struct prelude *prelude);

void preludes_stats(const struct preludes *preludes, struct head_pool_stats *ret_stats);

#endif

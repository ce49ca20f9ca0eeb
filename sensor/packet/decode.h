/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PACKET_DECODE_H
#define PACKET_DECODE_H
/*
 * From a frame to the IP packet that counts. Pure: reads the frame's bytes and the decoder's memory
 * of fragments, nothing else. A datagram in pieces is decoded when its last piece comes, each of
 * which counts for itself. What a tap adds (VLAN, MPLS, PPPoE, ERSPAN, VXLAN, GENEVE,
 * GTP-U) is always opened. GRE and IP-in-IP are opened too, unless the caller's policy says that
 * the outer packet is itself the flow: a tunnel of a watched host.
 */
#include "capture/frame.h"
#include "packet/datagram.h"
#include "packet/packet.h"

#define DECODE_LAYERS_MAX 8       /* nested IP headers and encapsulations opened for one frame */
#define DECODE_FRAGMENTS_MAX 4096 /* first fragments remembered at once; the oldest one goes */
#define DECODE_DATAGRAMS_MAX 64   /* put together at once, of 64 KiB; the oldest one goes */

/* Asked once for each GRE or IP-in-IP packet, with its outer addresses: true keeps the outer packet
 * as the flow, false opens it. */
struct decode_policy {
	bool (*keep_tunnel)(const void *argument, const struct surgetap_address *source,
		const struct surgetap_address *destination);
	const void *argument;
};

struct decoder; /* memory of fragments; one for each reader */

/* Makes a decoder with `policy` copied (its argument stays the caller's); `seed` keys the hash of
 * the fragment table. Returns 0 or -ENOMEM. */
int decoder_new(const struct decode_policy *policy, uint64_t seed, struct decoder **ret_decoder);

void decoder_free(struct decoder *decoder);

/* Decodes one frame. Fills `ret_packet` only for PACKET_DECODED. */
enum packet_verdict decoder_decode(
	struct decoder *decoder, const struct frame *frame, struct packet *ret_packet);

/* What became of datagrams in pieces. */
void decoder_stats(const struct decoder *decoder, struct datagram_stats *ret_stats);

/* True when frames of this link type (DLT_ value of libpcap) can be decoded. */
bool decode_knows_link(int link_type);

#endif

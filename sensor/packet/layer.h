/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PACKET_LAYER_H
#define PACKET_LAYER_H
/*
 * The walk through one frame, layer by layer: what the files of this folder share. Each layer reads
 * its header at the cursor and either ends the walk with a verdict, or moves the cursor on, names
 * the next layer in `next` and returns LAYER_NEXT. The loop is in decode.c: nothing recurses.
 */
#include "packet/cursor.h"
#include "packet/datagram.h"
#include "packet/decode.h"
#include "packet/fragment.h"

#define LAYER_NEXT PACKET_VERDICTS

struct walk;
typedef enum packet_verdict layer_decode(struct walk *walk);

struct walk {
	struct cursor cursor;
	layer_decode *next;
	const struct decode_policy *policy;
	struct fragment_table *fragments;
	struct datagram_table *datagrams;
	unsigned opened;         /* IP headers and encapsulations so far */
	struct packet packet;    /* filled on the way */
	struct packet outer;     /* counts instead if the walk ends in one of outer_verdicts */
	unsigned outer_verdicts; /* bit set of enum packet_verdict */
	struct fragment_key
		firsts[DECODE_LAYERS_MAX + 1]; /* datagrams of which this is the first part */
	unsigned first_count;
	uint8_t fragment; /* what an encapsulation is that came in pieces: enum packet_fragment */
};

/* Steps into an encapsulation: notes its bit, skips its header, names the next layer. */
static inline enum packet_verdict walk_enter(
	struct walk *walk, enum packet_layer layer, uint32_t header_bytes, layer_decode *next)
{
	walk->packet.layers |= layer;
	walk->opened++;
	cursor_skip(&walk->cursor, header_bytes);
	walk->next = next;
	return LAYER_NEXT;
}

/* The same for what a tap wraps around packets: it may have cut them before, so a packet that is
 * longer than its wrapping is no contradiction. */
static inline enum packet_verdict walk_enter_tap(
	struct walk *walk, enum packet_layer layer, uint32_t header_bytes, layer_decode *next)
{
	walk->cursor.bounded = false;
	return walk_enter(walk, layer, header_bytes, next);
}

/* The first layer of a link type, or NULL. `link_type`: DLT_ value of libpcap. */
layer_decode *link_find(int link_type);

/* The layer for an EtherType, or NULL for what carries no IP. */
layer_decode *ethertype_find(uint16_t type);

/* The layer for the protocol number of an IP header; never NULL. */
layer_decode *transport_find(uint8_t protocol);

/* The layer behind UDP's header if `destination_port` is one of an encapsulation, or NULL. */
layer_decode *overlay_find(uint16_t destination_port);

/* Ends the walk: what is left at the cursor is the payload. */
layer_decode layer_payload;

layer_decode layer_ethernet;
layer_decode layer_llc;       /* 802.2, behind a length instead of an EtherType */
layer_decode layer_ethertype; /* two bytes of EtherType at the cursor */
layer_decode layer_vlan;
layer_decode layer_backbone; /* 802.1ah */
layer_decode layer_mpls;
layer_decode layer_pppoe;
layer_decode layer_ppp;
layer_decode layer_cisco_hdlc;
layer_decode layer_frame_relay;
layer_decode layer_wifi;
layer_decode layer_radiotap;
layer_decode layer_prism;
layer_decode layer_avs;
layer_decode layer_ip; /* version by the first four bits */
layer_decode layer_ipv4;
layer_decode layer_ipv6;
layer_decode layer_ip_in_ip;
layer_decode layer_gre;
layer_decode layer_authentication; /* the one extension header that IPv4 has too */

/* Asks the policy whether the packet, a tunnel by its IP header, is itself the flow. */
bool walk_keeps_tunnel(const struct walk *walk);

/* Keeps the packet as filled so far, with all that is left at the cursor as its payload: it counts
 * if what is opened now ends in one of `verdicts`. */
void walk_keep_outer(struct walk *walk, unsigned verdicts);

/* Notes a fragment, `part` of the datagram `key` that the cursor stands at. When it makes the
 * datagram whole, the walk goes on in that. Else a first one is remembered once the walk has ended
 * well; both return LAYER_NEXT. With any other the walk ends here: decoded when the first one is
 * remembered. */
enum packet_verdict walk_fragment(
	struct walk *walk, const struct fragment_key *key, const struct datagram_part *part);

#endif

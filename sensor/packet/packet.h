/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PACKET_PACKET_H
#define PACKET_PACKET_H
/* The value between decode and flow: a packet as it was decoded, and where each frame ended up. */
#include "packet/address.h"

/* Where a frame ends up. Every frame ends in exactly one of these; the counts sum to the frames. */
enum packet_verdict {
	PACKET_DECODED,          /* an IP packet, `struct packet` is filled */
	PACKET_NOT_IP,           /* ARP, LLDP, 802.11 management ...: whole, but nothing for us */
	PACKET_TRUNCATED,        /* captured bytes end before the needed headers do */
	PACKET_MALFORMED,        /* a header contradicts itself or its container */
	PACKET_FRAGMENT,         /* a later fragment whose first one was not seen */
	PACKET_TOO_DEEP,         /* more encapsulations than DECODE_LAYERS_MAX */
	PACKET_UNSUPPORTED_LINK, /* no decoder for the link type */
	PACKET_VERDICTS
};

/* Encapsulations opened on the way to the packet, as a bit set. */
enum packet_layer {
	PACKET_LAYER_VLAN = 1 << 0, /* and the other tags of Ethernet: 802.1ah, MACsec ... */
	PACKET_LAYER_MPLS = 1 << 1,
	PACKET_LAYER_PPPOE = 1 << 2,
	PACKET_LAYER_GRE = 1 << 3,
	PACKET_LAYER_ERSPAN = 1 << 4,
	PACKET_LAYER_VXLAN = 1 << 5,
	PACKET_LAYER_GENEVE = 1 << 6,
	PACKET_LAYER_GTPU = 1 << 7,
	PACKET_LAYER_IP_IN_IP = 1 << 8, /* 4in4, 4in6, 6in4, 6in6 */
	PACKET_LAYER_WIFI = 1 << 9,
	PACKET_LAYER_PPP = 1 << 10,
};

enum packet_fragment {
	PACKET_FRAGMENT_NONE,  /* neither the packet nor what it came in is one */
	PACKET_FRAGMENT_FIRST, /* offset 0, more to come */
	PACKET_FRAGMENT_LATER, /* no transport header of its own; ports come from the first one */
	PACKET_FRAGMENT_WHOLE, /* the part that was missing: all but wire_bytes is the datagram's */
};

/* A decoded IP packet: pointers into the frame's data, or into the decoder's memory of fragments;
 * valid until the next frame is decoded. */
struct packet {
	int64_t time_us;
	const uint8_t *ip;          /* the (innermost) IP header */
	uint32_t ip_captured_bytes; /* readable at `ip`, never beyond the IP length */
	uint32_t ip_bytes;          /* IPv4 total length, or 40 + IPv6 payload length */
	const uint8_t *payload;     /* transport payload (after TCP/UDP header; after IP else) */
	uint32_t payload_captured_bytes;
	uint32_t payload_bytes; /* as the headers state it */
	uint32_t wire_bytes;    /* of the whole frame */
	struct surgetap_address source, destination;
	uint16_t source_port, destination_port; /* host order; 0 without ports; ICMP: type, code */
	uint8_t ip_version;                     /* 4 or 6, of the innermost IP header */
	uint8_t transport;                      /* IP protocol number after extension headers */
	uint32_t tcp_sequence;                  /* of the payload's first byte, or of SYN */
	uint32_t tcp_acknowledgement;           /* valid with ACK */
	uint8_t tcp_flags; /* as in the header: FIN 1, SYN 2, RST 4, PSH 8, ACK 16 */
	uint8_t fragment;  /* enum packet_fragment */
	uint32_t layers;   /* bits of enum packet_layer */
};

/* A word for each verdict, as used in statistics: "decoded", "not_ip", "truncated", "malformed",
 * "fragments", "too_deep", "unsupported_link". */
const char *packet_verdict_name(enum packet_verdict verdict);

/* Writes into the header at `ip`, of version 4 or 6, that the packet has `bytes` from it on: at
 * most UINT16_MAX, at least 40 for IPv6. The checksum is left as it is. */
void packet_set_length(uint8_t *ip, uint8_t ip_version, uint32_t bytes);

#endif

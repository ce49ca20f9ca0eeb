/* SPDX-License-Identifier: Apache-2.0 */
/* The table of link types, and those too small for a file of their own
 * (tcpdump.org/linktypes.html).
 */
#include "packet/layer.h"

#include <stddef.h>

#define HARDWARE_NETLINK 824 /* ARPHRD_ values of Linux */
#define HARDWARE_RADIOTAP 803
#define HARDWARE_WIFI 801
#define PROTOCOL_802_2 4
#define NFLOG_PAYLOAD 9

/* AF_INET is 2 everywhere; AF_INET6 is 10 (Linux), 24 (NetBSD, OpenBSD), 28 (FreeBSD), 30 (Darwin).
 */
static layer_decode *find_family(uint32_t family)
{
	switch (family) {
	case 2:
		return layer_ipv4;
	case 10:
	case 24:
	case 28:
	case 30:
		return layer_ipv6;
	default:
		return NULL;
	}
}

/* An address family of 4 bytes in the byte order of whoever captured; families are below 256. */
static enum packet_verdict read_family(struct walk *walk, uint32_t header_bytes)
{
	struct cursor *cursor = &walk->cursor;
	uint32_t family = cursor_u32(cursor, 0);

	if (!cursor_has(cursor, header_bytes))
		return cursor_short(cursor);
	if (family > 0xffff)
		family = cursor_u32_little(cursor, 0);
	cursor_skip(cursor, header_bytes);
	walk->next = find_family(family);
	return walk->next ? LAYER_NEXT : PACKET_NOT_IP;
}

static enum packet_verdict layer_loopback(struct walk *walk)
{
	return read_family(walk, 4);
}

static enum packet_verdict layer_enc(struct walk *walk)
{
	return read_family(walk, 12); /* then a security association and flags */
}

/* The protocol of a cooked capture; what it means depends on the hardware type. */
static enum packet_verdict read_cooked(
	struct walk *walk, uint16_t hardware, uint16_t protocol, uint32_t header_bytes)
{
	if (!cursor_has(&walk->cursor, header_bytes))
		return cursor_short(&walk->cursor);
	cursor_skip(&walk->cursor, header_bytes);
	if (hardware == HARDWARE_NETLINK)
		return PACKET_NOT_IP;
	if (hardware == HARDWARE_RADIOTAP)
		walk->next = layer_radiotap;
	else if (hardware == HARDWARE_WIFI)
		walk->next = layer_wifi;
	else if (protocol == PROTOCOL_802_2)
		walk->next = layer_llc;
	else
		walk->next = ethertype_find(protocol);
	return walk->next ? LAYER_NEXT : PACKET_NOT_IP;
}

static enum packet_verdict layer_sll(struct walk *walk)
{
	const struct cursor *cursor = &walk->cursor;

	return read_cooked(walk, cursor_u16(cursor, 2), cursor_u16(cursor, 14), 16);
}

static enum packet_verdict layer_sll2(struct walk *walk)
{
	const struct cursor *cursor = &walk->cursor;

	return read_cooked(walk, cursor_u16(cursor, 8), cursor_u16(cursor, 0), 20);
}

static enum packet_verdict skip_then(struct walk *walk, uint32_t bytes, layer_decode *next)
{
	if (!cursor_has(&walk->cursor, bytes))
		return cursor_short(&walk->cursor);
	cursor_skip(&walk->cursor, bytes);
	walk->next = next;
	return LAYER_NEXT;
}

/* A byte of direction before the frame. */
static enum packet_verdict layer_directed_ppp(struct walk *walk)
{
	return skip_then(walk, 1, layer_ppp);
}

static enum packet_verdict layer_directed_cisco_hdlc(struct walk *walk)
{
	return skip_then(walk, 1, layer_cisco_hdlc);
}

static enum packet_verdict layer_directed_frame_relay(struct walk *walk)
{
	return skip_then(walk, 1, layer_frame_relay);
}

/* Frame control and two addresses of 6 bytes, then LLC. */
static enum packet_verdict layer_fddi(struct walk *walk)
{
	/* 0101xxxx: an LLC frame; the others are the ring's own */
	if (cursor_has(&walk->cursor, 1) && (cursor_u8(&walk->cursor, 0) & 0xf0) != 0x50)
		return PACKET_NOT_IP;
	return skip_then(walk, 13, layer_llc);
}

/* Access control, frame control, two addresses; the first bit of the source address says whether a
 * route follows, whose first 5 bits hold its length. */
static enum packet_verdict layer_token_ring(struct walk *walk)
{
	const struct cursor *cursor = &walk->cursor;
	uint32_t route_bytes = cursor_u8(cursor, 8) & 0x80 ? cursor_u8(cursor, 14) & 0x1f : 0;

	if (cursor_has(cursor, 2) && (cursor_u8(cursor, 1) & 0xc0) != 0x40)
		return PACKET_NOT_IP;
	return skip_then(walk, 14 + route_bytes, layer_llc);
}

static enum packet_verdict layer_firewire(struct walk *walk)
{
	return skip_then(walk, 16, layer_ethertype);
}

/* Family, version, resource; then values of length (with its own 4 bytes), type, data, padded to 4,
 * in the byte order of the capturing host, of which Linux on little-endian machines is assumed. */
static enum packet_verdict layer_nflog(struct walk *walk)
{
	struct cursor *cursor = &walk->cursor;
	layer_decode *next = find_family(cursor_u8(cursor, 0));

	if (!cursor_has(cursor, 4))
		return cursor_short(cursor);
	if (!next)
		return PACKET_NOT_IP;
	cursor_skip(cursor, 4);
	while (cursor_has(cursor, 4)) {
		uint32_t length = cursor_u16_little(cursor, 0);
		uint32_t padded = (length + 3) & ~3u;

		if (length < 4 || length > cursor->stated)
			return PACKET_MALFORMED;
		if ((cursor_u16_little(cursor, 2) & 0x7fff) == NFLOG_PAYLOAD) {
			cursor_narrow(cursor, length);
			return skip_then(walk, 4, next);
		}
		cursor_skip(cursor, padded);
	}
	return cursor->left == cursor->stated ? PACKET_NOT_IP : PACKET_TRUNCATED;
}

/* Version, flags, length of all headers, link type of what follows: little-endian. */
static enum packet_verdict layer_ppi(struct walk *walk)
{
	const struct cursor *cursor = &walk->cursor;
	uint32_t length = cursor_u16_little(cursor, 2);
	uint32_t link_type = cursor_u32_little(cursor, 4);

	if (!cursor_has(cursor, 8))
		return cursor_short(cursor);
	if (length < 8 || length > cursor->stated)
		return PACKET_MALFORMED;
	if (link_type == 105)
		return skip_then(walk, length, layer_wifi);
	return link_type == 1 ? skip_then(walk, length, layer_ethernet) : PACKET_NOT_IP;
}

/* By DLT_ number as libpcap hands it out on Linux; the name is libpcap's. */
static layer_decode *const links[] = {
	[0] = layer_loopback,               /* NULL */
	[1] = layer_ethernet,               /* EN10MB */
	[6] = layer_token_ring,             /* IEEE802 */
	[9] = layer_ppp,                    /* PPP */
	[10] = layer_fddi,                  /* FDDI */
	[11] = layer_llc,                   /* ATM_RFC1483 */
	[12] = layer_ip,                    /* RAW */
	[14] = layer_ip,                    /* RAW on OpenBSD */
	[50] = layer_ppp,                   /* PPP_SERIAL */
	[51] = layer_pppoe,                 /* PPP_ETHER */
	[101] = layer_ip,                   /* LINKTYPE_RAW */
	[104] = layer_cisco_hdlc,           /* C_HDLC */
	[105] = layer_wifi,                 /* IEEE802_11 */
	[107] = layer_frame_relay,          /* FRELAY */
	[108] = layer_loopback,             /* LOOP */
	[109] = layer_enc,                  /* ENC */
	[113] = layer_sll,                  /* LINUX_SLL */
	[119] = layer_prism,                /* PRISM_HEADER */
	[127] = layer_radiotap,             /* IEEE802_11_RADIO */
	[138] = layer_firewire,             /* APPLE_IP_OVER_IEEE1394 */
	[163] = layer_avs,                  /* IEEE802_11_RADIO_AVS */
	[166] = layer_directed_ppp,         /* PPP_PPPD */
	[192] = layer_ppi,                  /* PPI */
	[204] = layer_directed_ppp,         /* PPP_WITH_DIR */
	[205] = layer_directed_cisco_hdlc,  /* C_HDLC_WITH_DIR */
	[206] = layer_directed_frame_relay, /* FRELAY_WITH_DIR */
	[219] = layer_mpls,                 /* MPLS */
	[228] = layer_ipv4,                 /* IPV4 */
	[229] = layer_ipv6,                 /* IPV6 */
	[239] = layer_nflog,                /* NFLOG */
	[276] = layer_sll2,                 /* LINUX_SLL2 */
};

layer_decode *link_find(int link_type)
{
	if (link_type < 0 || (size_t)link_type >= sizeof(links) / sizeof(links[0]))
		return NULL;
	return links[link_type];
}

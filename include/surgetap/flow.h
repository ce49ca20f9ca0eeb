/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SURGETAP_FLOW_H
#define SURGETAP_FLOW_H
/*
 * What a plugin may know of a flow. All pointers are owned by the sensor and are valid during the
 * call they came with and no longer. Strings from traffic (sni, alpn) may hold any byte but NUL.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An address of either family, network byte order. IPv4 is written as ::ffff:a.b.c.d (RFC 4291,
 * section 2.5.5.2), so that one comparison serves both. */
struct surgetap_address {
	uint8_t bytes[16];
};

struct surgetap_endpoint {
	struct surgetap_address address;
	uint16_t port; /* host byte order; 0 where the transport has no ports */
};

/* What kind of network an autonomous system is, from the sensor's own table of ASNs. */
enum surgetap_network {
	SURGETAP_NETWORK_UNKNOWN,
	SURGETAP_NETWORK_RENTABLE,    /* anybody can rent a server there: Hetzner, OVH, Vultr ... */
	SURGETAP_NETWORK_HYPERSCALER, /* AWS, Google Cloud, Azure ... */
	SURGETAP_NETWORK_CDN,
	SURGETAP_NETWORK_VPN, /* a VPN provider's own network */
};

/* The place of an address; every member may be unknown (0, empty). */
struct surgetap_place {
	uint32_t asn;
	enum surgetap_network network;
	char country[3]; /* ISO 3166-1 alpha-2, NUL-terminated */
	char as_org[61]; /* UTF-8, NUL-terminated, cut at a character */
};

/* nDPI's confidence in its verdict, strongest last. */
enum surgetap_confidence {
	SURGETAP_CONFIDENCE_NONE,  /* unknown protocol */
	SURGETAP_CONFIDENCE_GUESS, /* port or address alone */
	SURGETAP_CONFIDENCE_CACHE, /* what an earlier flow of the same hosts said */
	SURGETAP_CONFIDENCE_DPI,   /* payload was parsed */
};

/* How much of a ClientHello (TLS, DTLS, QUIC) was seen. */
enum surgetap_hello {
	SURGETAP_HELLO_NONE,
	SURGETAP_HELLO_PENDING, /* it has begun, and more may come: never in on_classified */
	SURGETAP_HELLO_CUT,     /* a part: sni and alpn may be missing, ja3 and ja4 are */
	SURGETAP_HELLO_WHOLE,
};

#define SURGETAP_SAMPLES 8

/* A payload's length and direction; the first SURGETAP_SAMPLES non-empty ones of a flow are kept.
 */
struct surgetap_sample {
	uint16_t bytes;
	bool from_client;
};

/* Read-only view of a flow. `size` is sizeof(struct surgetap_flow) of the sensor: a member beyond
 * it does not exist yet in that sensor. */
struct surgetap_flow {
	uint32_t size;
	uint8_t ip_version; /* 4 or 6 */
	uint8_t transport;  /* IP protocol number: 6 TCP, 17 UDP, 47 GRE, 50 ESP ... */
	bool answered;      /* the server has sent something other than a refusal */
	bool complete;      /* the first packet of the flow was seen (SYN, or no TCP) */
	struct surgetap_endpoint client, server;
	struct surgetap_place place; /* of the far end: the end outside the watched range */
	int64_t start_us, last_us;   /* Unix time, microseconds, packet clock */
	uint64_t packets_to_server, packets_to_client;
	uint64_t bytes_to_server, bytes_to_client; /* wire bytes */

	const char *protocol; /* nDPI's application protocol, lower case; "unknown" */
	const char *master;   /* nDPI's master protocol, lower case; "unknown" */
	const char *category; /* nDPI's category, as nDPI spells it; "" */
	enum surgetap_confidence confidence;
	uint64_t risk; /* nDPI's risk bitmap; of DNS, what the query shows; of TLS, what names and
			* the certificate show, and nothing of extensions; of HTTP, mostly the
			* request. Not whether names look drawn by a program */

	const char *sni;       /* TLS, DTLS or QUIC server name; NULL if none */
	const char *alpn;      /* comma separated, as offered by the client; NULL if none */
	uint16_t tls_version;  /* 0x0301 TLS 1.0 ... 0x0304 TLS 1.3, 0xfefd DTLS 1.2; 0 unknown.
				* As the server chose; until it has answered, the best offered */
	const char *ja3, *ja4; /* NULL where not computed: SURGETAP_WANTS_FINGERPRINTS */
	bool tls_self_signed;  /* issuer equals subject in the server's certificate (nDPI's verdict)
				*/

	uint8_t sample_count;
	struct surgetap_sample samples[SURGETAP_SAMPLES];

	enum surgetap_hello hello;
	bool tls_ech; /* Encrypted ClientHello is offered; browsers also do so without meaning it */
};

/* What one side sends, as far as it was captured: of TCP a message, that is what it has written
 * until it pushed, or the other side spoke, or 4096 bytes were full; each byte once and in order,
 * whatever the segments were. Of other transports one packet's payload, without repeated datagrams.
 */
struct surgetap_payload {
	const uint8_t *data;
	uint32_t captured_bytes; /* bytes readable at `data` */
	uint32_t length_bytes;   /* length on the wire; more than captured_bytes when snapped */
	bool from_client;
	uint8_t index; /* 0 for the flow's first payload, in the order they are shown */
};

#endif

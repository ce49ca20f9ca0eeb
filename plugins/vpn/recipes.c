/* SPDX-License-Identifier: Apache-2.0 */
/* Recipes that need one payload, or next to no memory. */
#include "recipe.h"

#include <ctype.h>
#include <string.h>

#define TCP 6
#define UDP 17
#define PORT_IPSEC_NAT 4500
#define MATCH static const struct vpn_match

static bool begins_with(const struct surgetap_payload *payload, const void *bytes, size_t count)
{
	return payload->captured_bytes >= count && memcmp(payload->data, bytes, count) == 0;
}

/* RFC 2408, RFC 7296: two cookies or SPIs, next payload, version, exchange type, flags, message id,
 * length. */
static bool is_ike(const uint8_t *header, uint32_t length_bytes)
{
	uint8_t version = header[17], exchange = header[18];
	bool is_v1 = version == 0x10 && (exchange == 2 || (exchange >= 4 && exchange <= 6) ||
						exchange == 32 || exchange == 33);
	bool is_v2 = version == 0x20 && exchange >= 34 && exchange <= 44;

	return (is_v1 || is_v2) && surgetap_be64(header) != 0 &&
	       surgetap_be32(header + 24) == length_bytes;
}

static const struct vpn_match *inspect_ike(struct vpn_memory *memory,
	const struct surgetap_flow *flow, const struct surgetap_payload *payload)
{
	MATCH ike = {SURGETAP_GRADE_DPI, 97, "IPsec: IKE header", 0};
	MATCH nat = {SURGETAP_GRADE_DPI, 96, "IPsec: IKE header behind the non-ESP marker", 0};

	(void)memory;
	(void)flow;
	if (payload->captured_bytes >= 28 && is_ike(payload->data, payload->length_bytes))
		return &ike;
	if (payload->captured_bytes >= 32 && surgetap_be32(payload->data) == 0 &&
		is_ike(payload->data + 4, payload->length_bytes - 4))
		return &nat;
	return NULL;
}

/* RFC 3948: SPI and sequence number; meaningful on its port only. */
static const struct vpn_match *inspect_esp_in_udp(struct vpn_memory *memory,
	const struct surgetap_flow *flow, const struct surgetap_payload *payload)
{
	MATCH esp = {
		SURGETAP_GRADE_HEURISTIC, 50, "IPsec: ESP in UDP 4500, sequence numbers rise", 0};
	bool side = payload->from_client;
	uint32_t spi, sequence;

	if ((flow->server.port != PORT_IPSEC_NAT && flow->client.port != PORT_IPSEC_NAT) ||
		payload->captured_bytes < 8 || payload->length_bytes < 24)
		return NULL;
	spi = surgetap_be32(payload->data);
	sequence = surgetap_be32(payload->data + 4);
	if (spi < 256)
		return NULL;
	memory->esp_run += memory->esp[side].spi == spi && sequence > memory->esp[side].sequence &&
			   sequence - memory->esp[side].sequence < 1024;
	memory->esp[side].spi = spi;
	memory->esp[side].sequence = sequence;
	return memory->esp_run >= 2 ? &esp : NULL;
}

/* RFC 2661: control header with length and sequence, then the message type as first attribute. */
static const struct vpn_match *inspect_l2tp(struct vpn_memory *memory,
	const struct surgetap_flow *flow, const struct surgetap_payload *payload)
{
	static const uint8_t flags[] = {0xc8, 0x02}, attribute[] = {0x80, 0x08, 0, 0, 0, 0};
	MATCH l2tp = {SURGETAP_GRADE_DPI, 67, "L2TP: control message", 0};

	(void)memory;
	(void)flow;
	if (!begins_with(payload, flags, sizeof flags) || payload->captured_bytes < 20 ||
		surgetap_be16(payload->data + 2) != payload->length_bytes ||
		memcmp(payload->data + 12, attribute, sizeof attribute) != 0)
		return NULL;
	return &l2tp;
}

/* RFC 2637: length, message type 1, magic cookie, control message type 1..15. */
static const struct vpn_match *inspect_pptp(struct vpn_memory *memory,
	const struct surgetap_flow *flow, const struct surgetap_payload *payload)
{
	static const uint8_t header[] = {0x00, 0x01, 0x1a, 0x2b, 0x3c, 0x4d, 0x00};
	MATCH pptp = {SURGETAP_GRADE_DPI, 75, "PPTP: control message", 0};

	(void)memory;
	(void)flow;
	if (payload->captured_bytes < 12 || surgetap_be16(payload->data) > payload->length_bytes ||
		memcmp(payload->data + 2, header, sizeof header) != 0 || payload->data[9] < 1 ||
		payload->data[9] > 15)
		return NULL;
	return &pptp;
}

/* tinc's first line: "0 <name> 17[.<minor>]". */
static const struct vpn_match *inspect_tinc(struct vpn_memory *memory,
	const struct surgetap_flow *flow, const struct surgetap_payload *payload)
{
	MATCH tinc = {SURGETAP_GRADE_DPI, 80, "tinc: greeting of protocol 17", UDP};
	uint32_t end = payload->captured_bytes < 80 ? payload->captured_bytes : 80, i = 2;
	const uint8_t *text = payload->data;

	(void)memory;
	(void)flow;
	if (!begins_with(payload, "0 ", 2))
		return NULL;
	while (i < end && (isalnum(text[i]) || text[i] == '_'))
		i++;
	if (i == 2 || end - i < 4 || memcmp(text + i, " 17", 3) != 0 ||
		(text[i + 3] != '\n' && text[i + 3] != '.'))
		return NULL;
	return &tinc;
}

/* Tailscale's discovery messages: magic "TS", speech balloon; then key and nonce. */
static const struct vpn_match *inspect_tailscale(struct vpn_memory *memory,
	const struct surgetap_flow *flow, const struct surgetap_payload *payload)
{
	MATCH tailscale = {SURGETAP_GRADE_DPI, 67, "Tailscale: discovery message", 0};

	(void)memory;
	(void)flow;
	return begins_with(payload, "TS\xf0\x9f\x92\xac", 6) && payload->length_bytes >= 62
		       ? &tailscale
		       : NULL;
}

/* What SoftEther's NAT traversal server answers: "IP=203.0.113.10,PORT=51381". */
static const struct vpn_match *inspect_softether(struct vpn_memory *memory,
	const struct surgetap_flow *flow, const struct surgetap_payload *payload)
{
	MATCH softether = {SURGETAP_GRADE_DPI, 93, "SoftEther: NAT traversal answer", 0};
	static const char shape[] = "0123456789abcdefABCDEF.:";
	const uint8_t *bytes = payload->data;
	uint32_t i = 3;

	(void)memory;
	(void)flow;
	if (!begins_with(payload, "IP=", 3))
		return NULL;
	while (i < payload->captured_bytes && bytes[i] != 0 && strchr(shape, bytes[i]) != NULL)
		i++;
	return i > 3 && payload->captured_bytes - i > 6 && memcmp(bytes + i, ",PORT=", 6) == 0
		       ? &softether
		       : NULL;
}

/* DTLS with version 0x0100, from before the standard: only Cisco AnyConnect and its kin speak it.
 */
static const struct vpn_match *inspect_anyconnect(struct vpn_memory *memory,
	const struct surgetap_flow *flow, const struct surgetap_payload *payload)
{
	static const uint8_t header[] = {0x16, 0x01, 0x00, 0x00, 0x00};
	MATCH anyconnect = {SURGETAP_GRADE_DPI, 67, "AnyConnect: DTLS of version 0x0100", TCP};

	(void)memory;
	(void)flow;
	return begins_with(payload, header, sizeof header) && payload->captured_bytes >= 14 &&
			       surgetap_be16(payload->data + 11) == payload->length_bytes - 13 &&
			       (payload->data[13] == 1 || payload->data[13] == 3)
		       ? &anyconnect
		       : NULL;
}

/* Nebula's header: version 1 and type 0 (handshake), reserved bytes, the receiver's index (0 in the
 * first message), a counter that starts with 1. The answer names an index and counts 2. */
static const struct vpn_match *inspect_nebula(struct vpn_memory *memory,
	const struct surgetap_flow *flow, const struct surgetap_payload *payload)
{
	static const uint8_t first[] = {0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
	static const uint8_t counter[] = {0, 0, 0, 0, 0, 0, 0, 2};
	MATCH nebula = {SURGETAP_GRADE_DPI, 67, "Nebula: both messages of the handshake", 0};

	(void)flow;
	if (payload->from_client)
		memory->nebula_asked |= begins_with(payload, first, sizeof first);
	else if (memory->nebula_asked && begins_with(payload, first, 4) &&
		 payload->captured_bytes >= 16 && surgetap_be32(payload->data + 4) != 0 &&
		 memcmp(payload->data + 8, counter, sizeof counter) == 0)
		return &nebula;
	return NULL;
}

/* n2n of version 1 (its n2n_wire.h): version, message type, two bytes, the community's name in 16,
 * the sender's and the receiver's MAC address. A supernode acknowledges a registration to its
 * sender, another edge to nobody. */
static const struct vpn_match *inspect_n2n(struct vpn_memory *memory,
	const struct surgetap_flow *flow, const struct surgetap_payload *payload)
{
	enum { VERSION = 1, REGISTER = 1, REGISTER_ACK = 4, NAME_AT = 4, SENDER_AT = 20 };
	MATCH n2n = {SURGETAP_GRADE_DPI, 75, "n2n: registration and acknowledgement agree", 0};
	static const uint8_t nobody[6];
	struct vpn_n2n *seen = &memory->n2n;
	const uint8_t *bytes = payload->data, *receiver = bytes + SENDER_AT + sizeof nobody;

	(void)flow;
	if (payload->captured_bytes < SENDER_AT + 2 * sizeof nobody || bytes[0] != VERSION ||
		!isprint(bytes[NAME_AT]))
		return NULL;
	if (bytes[1] == REGISTER && seen->from == 0) {
		memcpy(seen->sender, bytes + SENDER_AT, sizeof seen->sender);
		memcpy(seen->name, bytes + NAME_AT, sizeof seen->name);
		seen->from = payload->from_client ? 1 : 2;
	}
	return bytes[1] == REGISTER_ACK && seen->from == (payload->from_client ? 2 : 1) &&
			       strncmp(seen->name, (const char *)bytes + NAME_AT,
				       sizeof seen->name) == 0 &&
			       (memcmp(receiver, seen->sender, sizeof nobody) == 0 ||
				       memcmp(receiver, nobody, sizeof nobody) == 0)
		       ? &n2n
		       : NULL;
}

/* IANA's TLS cipher suites with a pre-shared key; 0x00ff is no suite but a signal. */
static bool is_psk_suite(uint16_t suite)
{
	return (suite >= 0x008a && suite <= 0x0095) || (suite >= 0x00a8 && suite <= 0x00b9) ||
	       (suite >= 0xc033 && suite <= 0xc03b) || (suite >= 0xc0a4 && suite <= 0xc0ab) ||
	       (suite >= 0xccab && suite <= 0xccae) || suite == 0x00ff;
}

/*
 * OpenConnect opens its DTLS channel with the key agreed in TLS and names the session by a session
 * id: a ClientHello that offers nothing but pre-shared keys and resumes a session that DTLS has
 * never seen. Record 13 bytes, handshake 12, version 2, random 32; then session id, cookie and
 * suites with lengths.
 */
static const struct vpn_match *inspect_openconnect(struct vpn_memory *memory,
	const struct surgetap_flow *flow, const struct surgetap_payload *payload)
{
	static const uint8_t header[] = {0x16, 0xfe};
	MATCH openconnect = {SURGETAP_GRADE_HEURISTIC, 67,
		"OpenConnect: DTLS hello with a session id and only pre-shared keys", TCP};
	const uint8_t *bytes = payload->data;
	uint32_t at = 60 + 32, suites;

	(void)memory;
	(void)flow;
	if (!begins_with(payload, header, sizeof header) || payload->captured_bytes < 96 ||
		bytes[13] != 1 || bytes[59] != 32)
		return NULL;
	at += 1u + bytes[at];
	if (at + 2 > payload->captured_bytes)
		return NULL;
	suites = surgetap_be16(bytes + at);
	at += 2;
	if (suites < 4 || suites % 2 != 0 || at + suites > payload->captured_bytes)
		return NULL;
	for (uint32_t i = 0; i < suites; i += 2) {
		if (!is_psk_suite(surgetap_be16(bytes + at + i)))
			return NULL;
	}
	return &openconnect;
}

const struct vpn_recipe vpn_recipes[] = {
	{UDP, vpn_openvpn_udp},
	{TCP, vpn_openvpn_tcp},
	{UDP, vpn_wireguard},
	{UDP, inspect_ike},
	{UDP, inspect_esp_in_udp},
	{UDP, inspect_l2tp},
	{TCP, inspect_pptp},
	{TCP, inspect_tinc},
	{UDP, inspect_tailscale},
	{UDP, inspect_softether},
	{UDP, inspect_anyconnect},
	{UDP, inspect_openconnect},
	{UDP, inspect_nebula},
	{UDP, vpn_iodine},
	{UDP, vpn_openvpn_static},
	{TCP, vpn_openvpn_static_tcp},
	{UDP, inspect_n2n},
	{TCP, vpn_nested},
	{0, NULL},
};

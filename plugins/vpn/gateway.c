/* SPDX-License-Identifier: Apache-2.0 */
/* Products for firms' gateways: SoftEther, AnyConnect and OpenConnect. */
#include "recipe.h"

#include <string.h>

#define TCP 6
#define MATCH static const struct vpn_match

/* What SoftEther's NAT traversal server answers: "IP=203.0.113.10,PORT=51381". */
const struct vpn_match *vpn_softether(struct vpn_memory *memory, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload)
{
	MATCH softether = {SURGETAP_GRADE_DPI, 93, "SoftEther: NAT traversal answer", 0};
	static const char shape[] = "0123456789abcdefABCDEF.:";
	const uint8_t *bytes = payload->data;
	uint32_t i = 3;

	(void)memory;
	(void)flow;
	if (!surgetap_begins_with(payload, "IP=", 3))
		return NULL;
	while (i < payload->captured_bytes && bytes[i] != 0 && strchr(shape, bytes[i]) != NULL)
		i++;
	return i > 3 && payload->captured_bytes - i > 6 && memcmp(bytes + i, ",PORT=", 6) == 0
		       ? &softether
		       : NULL;
}

/* DTLS with version 0x0100, from before the standard: only Cisco AnyConnect and its kin speak it.
 */
const struct vpn_match *vpn_anyconnect(struct vpn_memory *memory, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload)
{
	static const uint8_t header[] = {0x16, 0x01, 0x00, 0x00, 0x00};
	MATCH anyconnect = {SURGETAP_GRADE_DPI, 67, "AnyConnect: DTLS of version 0x0100", TCP};

	(void)memory;
	(void)flow;
	return surgetap_begins_with(payload, header, sizeof header) &&
			       payload->captured_bytes >= 14 &&
			       surgetap_be16(payload->data + 11) == payload->length_bytes - 13 &&
			       (payload->data[13] == 1 || payload->data[13] == 3)
		       ? &anyconnect
		       : NULL;
}

/* IANA's TLS cipher suites with a pre-shared key; 0x00ff is no suite but a signal. */
static bool is_psk_suite(uint16_t suite)
{
	return (suite >= 0x008a && suite <= 0x0095) || (suite >= 0x00a8 && suite <= 0x00b9) ||
	       (suite >= 0xc033 && suite <= 0xc03b) || (suite >= 0xc0a4 && suite <= 0xc0ab) ||
	       (suite >= 0xccab && suite <= 0xccae) || suite == 0x00ff;
}

/* A record with a message of this type, in any version of DTLS (RFC 6347, 4). */
static bool is_dtls_handshake(const struct surgetap_payload *payload, uint8_t type)
{
	static const uint8_t header[] = {0x16, 0xfe};

	return surgetap_begins_with(payload, header, sizeof header) &&
	       payload->captured_bytes > 13 && payload->data[13] == type;
}

/*
 * OpenConnect opens its DTLS channel with the key agreed in TLS and names the session by a session
 * id: a ClientHello that offers nothing but pre-shared keys and resumes a session that DTLS has
 * never seen. Devices that resume send such hellos too: it is only waited for what follows. Record
 * 13 bytes, handshake 12, version 2, random 32; then session id, cookie and suites with lengths.
 */
const struct vpn_match *vpn_openconnect_hello(struct vpn_memory *memory,
	const struct surgetap_flow *flow, const struct surgetap_payload *payload)
{
	const uint8_t *bytes = payload->data;
	uint32_t at = 60 + 32, suites;

	(void)flow;
	if (!is_dtls_handshake(payload, 1) || payload->captured_bytes < 96 || bytes[59] != 32)
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
	memory->may_be_openconnect = true;
	return NULL;
}

/* The client's key exchange names the identity that the protocol fixes
 * (draft-mavrogiannopoulos-openconnect-03, 2.2.3; RFC 4279, 2). */
const struct vpn_match *vpn_openconnect_key(struct vpn_memory *memory,
	const struct surgetap_flow *flow, const struct surgetap_payload *payload)
{
	enum { KEY_EXCHANGE = 16, BODY_AT = 25 };
	static const uint8_t identity[] = {0, 3, 'p', 's', 'k'};
	MATCH openconnect = {SURGETAP_GRADE_HEURISTIC, 67,
		"OpenConnect: DTLS key exchange with the identity psk", TCP};

	(void)memory;
	(void)flow;
	return is_dtls_handshake(payload, KEY_EXCHANGE) &&
			       payload->captured_bytes >= BODY_AT + sizeof identity &&
			       memcmp(payload->data + BODY_AT, identity, sizeof identity) == 0
		       ? &openconnect
		       : NULL;
}

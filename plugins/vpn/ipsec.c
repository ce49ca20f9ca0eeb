/* SPDX-License-Identifier: Apache-2.0 */
/* IPsec, and the tunnels of PPP that go with it: L2TP, PPTP. */
#include "recipe.h"

#include <string.h>

#define PORT_IPSEC_NAT 4500
#define MATCH static const struct vpn_match

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

const struct vpn_match *vpn_ike(struct vpn_memory *memory, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload)
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
const struct vpn_match *vpn_esp_in_udp(struct vpn_memory *memory, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload)
{
	MATCH esp = {
		SURGETAP_GRADE_HEURISTIC, 88, "IPsec: ESP in UDP 4500, sequence numbers rise", 0};
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

/* RFC 2661: control header with length and sequence, then the message type as first attribute; or,
 * as an acknowledgement, the header alone, which belongs to the tunnel and no session (5.8). */
const struct vpn_match *vpn_l2tp(struct vpn_memory *memory, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload)
{
	enum { HEADER_BYTES = 12, SESSION_AT = 6 };
	static const uint8_t flags[] = {0xc8, 0x02}, attribute[] = {0x80, 0x08, 0, 0, 0, 0};
	MATCH l2tp = {SURGETAP_GRADE_DPI, 67, "L2TP: control message", 0};
	const uint8_t *bytes = payload->data;

	(void)memory;
	(void)flow;
	if (!surgetap_begins_with(payload, flags, sizeof flags) ||
		payload->captured_bytes < HEADER_BYTES ||
		surgetap_be16(bytes + 2) != payload->length_bytes)
		return NULL;
	if (payload->length_bytes == HEADER_BYTES)
		return surgetap_be16(bytes + SESSION_AT) == 0 ? &l2tp : NULL;
	return payload->captured_bytes >= HEADER_BYTES + 8 &&
			       memcmp(bytes + HEADER_BYTES, attribute, sizeof attribute) == 0
		       ? &l2tp
		       : NULL;
}

/* RFC 2637: length, message type 1, magic cookie, control message type 1..15. */
const struct vpn_match *vpn_pptp(struct vpn_memory *memory, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload)
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

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tunnels inside TLS. TLS hides what is said, not how long it is; these protocols begin with
 * messages whose sizes belong together.
 *   OpenVPN (inside stunnel): the client's reset, the server's, which is longer by an
 * acknowledgement, then the client's acknowledgement or hello. Sizes as in openvpn.c, with TCP's
 * length in front.
 *   SSTP: behind the HTTP request a Call Connect Request of 14 bytes, answered by one of 48
 * ([MS-SSTP], 2.2.9 and 2.2.10).
 *   IP packets: the segments of TCP's handshake, whose sizes differ by the options that only they
 * carry (RFC 9293, 3.2; RFC 7323), whatever stands in front of each packet; then the bare
 * acknowledgement with the request at once, or several bare ones.
 */
#include "recipe.h"

#define LENGTH_BYTES 2u /* in front of OpenVPN's messages over TCP */
#define RESET_ANSWER_BYTES 12u
#define ACKNOWLEDGEMENT_BYTES 8u
#define HELLO_BYTES_MIN 150u
#define SSTP_HTTP_BYTES_MIN 100u
#define SSTP_REQUEST_BYTES 14u
#define SSTP_ANSWER_BYTES 48u
#define SEGMENT_BYTES_MIN 40u /* IPv4 and TCP without options */
#define SEGMENT_BYTES_MAX 120u
#define SEGMENTS_MORE 2u
#define REQUEST_BYTES_MIN 20u

static const struct vpn_match openvpn = {
	SURGETAP_GRADE_HEURISTIC, 67, "OpenVPN inside TLS: sizes of its resets", 0};
static const struct vpn_match sstp = {
	SURGETAP_GRADE_HEURISTIC, 67, "SSTP inside TLS: sizes of its first messages", 0};
static const struct vpn_match packets = {
	SURGETAP_GRADE_HEURISTIC, 75, "IP inside TLS: sizes of a TCP handshake in it", 0};

/* A reset without HMAC, or below one of MD5, SHA-1, SHA-256 (or tls-crypt), SHA-384, SHA-512. */
static bool is_reset(uint32_t bytes)
{
	static const uint8_t sizes[] = {14, 38, 42, 54, 70, 86};

	for (size_t i = 0; i < sizeof sizes; i++) {
		if (bytes == sizes[i] + LENGTH_BYTES)
			return true;
	}
	return false;
}

static const struct vpn_match *inspect_openvpn(
	struct vpn_nested *nested, uint32_t bytes, bool from_client)
{
	if (!from_client)
		nested->is_reset_answered |=
			nested->asked == 1 && bytes == nested->first + RESET_ANSWER_BYTES;
	else if (nested->asked == 2 && is_reset(nested->first) && nested->is_reset_answered &&
		 (bytes == nested->first + ACKNOWLEDGEMENT_BYTES ||
			 bytes >= nested->first + HELLO_BYTES_MIN))
		return &openvpn;
	return NULL;
}

static const struct vpn_match *inspect_sstp(
	struct vpn_nested *nested, uint32_t bytes, bool from_client)
{
	if (from_client)
		nested->is_sstp_asked = nested->asked == 2 && bytes == SSTP_REQUEST_BYTES &&
					nested->first >= SSTP_HTTP_BYTES_MIN;
	else if (nested->is_sstp_asked && bytes == SSTP_ANSWER_BYTES)
		return &sstp;
	return NULL;
}

/* How much longer than a bare acknowledgement a SYN and its answer are: from Linux to Linux, from
 * Windows to Windows, from Windows to Linux, from Linux to a NAT in user space. */
static const struct {
	uint8_t syn, answer;
} openings[] = {{8, 8}, {12, 12}, {12, 8}, {20, 8}};

_Static_assert(sizeof openings / sizeof openings[0] == VPN_NESTED_OPENINGS, "one state for each");

/* The last two messages may be a SYN and its answer: takes down what would be bare then. */
static void note_opening(struct vpn_nested *nested, uint32_t syn, uint32_t answer)
{
	for (size_t i = 0; i < VPN_NESTED_OPENINGS; i++) {
		uint32_t bare = syn - openings[i].syn;

		if (nested->bare[i] == 0 && syn > openings[i].syn &&
			answer == bare + openings[i].answer && bare >= SEGMENT_BYTES_MIN &&
			bare <= SEGMENT_BYTES_MAX) {
			nested->bare[i] = (uint8_t)bare;
			nested->bare_count[i] = 0;
		}
	}
}

/* A client's message behind an opening. Nothing is shorter than a bare acknowledgement. */
static bool is_carried(struct vpn_nested *nested, size_t opening, uint32_t bytes)
{
	const struct vpn_nested_message *last = &nested->last[1];
	uint32_t bare = nested->bare[opening];

	if (bare == 0)
		return false;
	if (bytes < bare)
		nested->bare[opening] = 0;
	nested->bare_count[opening] += bytes == bare;
	return nested->bare_count[opening] >= SEGMENTS_MORE ||
	       (last->from_client && last->bytes == bare && bytes >= bare + REQUEST_BYTES_MIN);
}

static const struct vpn_match *inspect_packets(
	struct vpn_nested *nested, uint32_t bytes, bool from_client)
{
	bool is_seen = false;

	for (size_t i = 0; i < VPN_NESTED_OPENINGS && from_client; i++)
		is_seen |= is_carried(nested, i, bytes);
	if (!from_client && nested->last[1].from_client)
		note_opening(nested, nested->last[1].bytes, bytes);
	return is_seen ? &packets : NULL;
}

static const struct vpn_match *inspect_message(
	struct vpn_nested *nested, uint32_t bytes, bool from_client)
{
	const struct vpn_match *match;

	if (from_client && nested->asked < UINT8_MAX && ++nested->asked == 1)
		nested->first = (uint16_t)bytes;
	match = inspect_openvpn(nested, bytes, from_client);
	if (match == NULL)
		match = inspect_sstp(nested, bytes, from_client);
	if (match == NULL)
		match = inspect_packets(nested, bytes, from_client);
	nested->last[0] = nested->last[1];
	nested->last[1] = (struct vpn_nested_message){(uint16_t)bytes, from_client};
	return match;
}

const struct vpn_match *vpn_nested(struct vpn_memory *memory, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload)
{
	struct vpn_nested *nested = &memory->nested;
	struct surgetap_inside_cursor cursor = {
		payload->data, payload->captured_bytes, payload->length_bytes};
	struct surgetap_inside_message message;
	const struct vpn_match *match = NULL;

	(void)flow;
	while (match == NULL &&
		surgetap_inside_next(&nested->inside, &cursor, payload->from_client, &message))
		match = inspect_message(nested, message.bytes, message.from_client);
	return match;
}

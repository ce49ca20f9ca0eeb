/* SPDX-License-Identifier: Apache-2.0 */
/* Screens and shells: X11, SPICE, ADB, Mosh. */
#include "recipe.h"

#define X11_HEAD 12u
#define X11_ANSWER_HEAD 8u

static uint16_t x11_number(uint32_t order, const uint8_t *bytes)
{
	return order == 'B' ? surgetap_be16(bytes) : surgetap_le16(bytes);
}

static uint32_t pad(uint32_t bytes)
{
	return (bytes + 3) / 4 * 4;
}

/* X Window System Protocol, "Connection Setup": order of bytes, version 11.0, lengths of the name
 * and of the data of an authorization, which follow. The token is the order. */
bool vps_x11_opens(uint32_t *token, const struct surgetap_payload *payload)
{
	const uint8_t *bytes = payload->data;

	if (payload->captured_bytes < X11_HEAD || (bytes[0] != 'l' && bytes[0] != 'B'))
		return false;
	*token = bytes[0];
	return x11_number(*token, bytes + 2) == 11 && x11_number(*token, bytes + 4) == 0 &&
	       payload->length_bytes == X11_HEAD + pad(x11_number(*token, bytes + 6)) +
						pad(x11_number(*token, bytes + 8));
}

/* Failed, success or authenticate; version 11.0; units of four bytes that follow. */
bool vps_x11_answers(uint32_t token, const struct surgetap_payload *payload)
{
	const uint8_t *bytes = payload->data;

	return payload->captured_bytes >= X11_ANSWER_HEAD && bytes[0] <= 2 &&
	       x11_number(token, bytes + 2) == 11 && x11_number(token, bytes + 4) == 0 &&
	       payload->length_bytes <= X11_ANSWER_HEAD + 4u * x11_number(token, bytes + 6);
}

/* SPICE's protocol.h: "REDQ", version 2, minor, length of what follows. */
static bool is_spice_link(const struct surgetap_payload *payload)
{
	return payload->captured_bytes >= 16 && memcmp(payload->data, "REDQ", 4) == 0 &&
	       surgetap_le32(payload->data + 4) == 2 && surgetap_le32(payload->data + 12) <= 4096;
}

bool vps_spice_opens(uint32_t *token, const struct surgetap_payload *payload)
{
	(void)token;
	return is_spice_link(payload);
}

bool vps_spice_answers(uint32_t token, const struct surgetap_payload *payload)
{
	(void)token;
	return is_spice_link(payload);
}

/* Android's adb, protocol.txt: command, two arguments, length and sum of the data, the command
 * with all bits turned. */
static bool is_adb(const struct surgetap_payload *payload, const char *command)
{
	const uint8_t *bytes = payload->data;

	return payload->captured_bytes >= 24 && memcmp(bytes, command, 4) == 0 &&
	       surgetap_le32(bytes) == ~surgetap_le32(bytes + 20);
}

bool vps_adb_opens(uint32_t *token, const struct surgetap_payload *payload)
{
	(void)token;
	return is_adb(payload, "CNXN");
}

bool vps_adb_answers(uint32_t token, const struct surgetap_payload *payload)
{
	(void)token;
	return is_adb(payload, "CNXN") || is_adb(payload, "AUTH") || is_adb(payload, "STLS");
}

/*
 * Mosh (Winstein and Balakrishnan, "Mosh: An Interactive Remote Shell for Mobile Clients", USENIX
 * ATC 2012, 2.2; its crypto.h): each datagram begins with 64 bits, of which the first tells the
 * direction and the others count datagrams of the session from 0 on. What follows is encrypted: two
 * times of 2 bytes, a fragment's number of 8 and its place of 2, and a tag of 16 are the least.
 */
#define MOSH_BYTES_MIN (8u + 4 + 10 + 16)
#define MOSH_COUNT_MAX (1u << 24) /* datagrams of a session: at 20 a second, ten days */

static bool is_mosh(const struct surgetap_payload *payload, uint32_t direction)
{
	return payload->length_bytes >= MOSH_BYTES_MIN && payload->captured_bytes >= 8 &&
	       surgetap_be32(payload->data) == direction &&
	       surgetap_be32(payload->data + 4) < MOSH_COUNT_MAX;
}

bool vps_mosh_opens(uint32_t *token, const struct surgetap_payload *payload)
{
	(void)token;
	return is_mosh(payload, 0);
}

bool vps_mosh_answers(uint32_t token, const struct surgetap_payload *payload)
{
	(void)token;
	return is_mosh(payload, 0x80000000u);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "packet/packet.h"

static const char *const names[PACKET_VERDICTS] = {
	[PACKET_DECODED] = "decoded",
	[PACKET_NOT_IP] = "not_ip",
	[PACKET_TRUNCATED] = "truncated",
	[PACKET_MALFORMED] = "malformed",
	[PACKET_FRAGMENT] = "fragments",
	[PACKET_TOO_DEEP] = "too_deep",
	[PACKET_UNSUPPORTED_LINK] = "unsupported_link",
};

const char *packet_verdict_name(enum packet_verdict verdict)
{
	return names[verdict];
}

void packet_set_length(uint8_t *ip, uint8_t ip_version, uint32_t bytes)
{
	uint32_t stated = ip_version == 4 ? bytes : bytes - 40;
	uint8_t *field = ip + (ip_version == 4 ? 2 : 4);

	field[0] = (uint8_t)(stated >> 8);
	field[1] = (uint8_t)stated;
}

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

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PACKET_IP_H
#define PACKET_IP_H
/* What the IP layers share. */
#include "packet/layer.h"

#define IPV4_OFFSET 0x1fff /* in units of 8 bytes */
#define IPV4_MORE 0x2000
#define IPV4_MORE_OR_OFFSET 0x3fff /* more fragments follow, or this is not the first */
#define IPV6_OFFSET 0xfff8
#define IPV6_MORE 1
#define IPV6_MORE_OR_OFFSET 0xfff9

/* Starts the packet anew at an IP header; the cursor is narrowed to its length already. */
void ip_begin(struct walk *walk, uint8_t version);

/* Goes on with a fragment; cursor behind the headers, packet's addresses and transport set. */
enum packet_verdict ip_fragment(
	struct walk *walk, uint32_t identification, uint32_t offset_bytes, bool is_last);

#endif

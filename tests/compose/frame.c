/* SPDX-License-Identifier: Apache-2.0 */
#include "frame.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <string.h>

#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_IPV6 0x86dd
#define ETHERTYPE_VLAN 0x8100
#define ETHERTYPE_QINQ 0x88a8
#define NO_TYPE 0
#define TCP_HEADER_MIN 20
#define UDP_HEADER 8

/* How many bytes come before the network layer, and where its Ethertype stands (0: nowhere). */
static const struct {
	int link_type;
	uint32_t header_bytes, type_offset;
} links[] = {
	{DLT_EN10MB, 14, 12},
	{DLT_LINUX_SLL, 16, 14},
	{DLT_LINUX_SLL2, 20, 0},
	{DLT_RAW, 0, 0},
	{DLT_IPV4, 0, 0},
	{DLT_IPV6, 0, 0},
	{DLT_NULL, 4, 0},
	{DLT_LOOP, 4, 0},
};

static uint16_t read_be16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

bool frame_link_is_known(int link_type)
{
	for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++)
		if (links[i].link_type == link_type)
			return true;
	return false;
}

/* The offset of the IP header, or 0 with `*ret_found` false. */
static uint32_t skip_link(int link_type, const uint8_t *data, uint32_t bytes, bool *ret_found)
{
	uint32_t offset = 0;

	*ret_found = false;
	for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++) {
		if (links[i].link_type != link_type)
			continue;
		offset = links[i].header_bytes;
		if (bytes < offset)
			return 0;
		uint16_t type =
			links[i].type_offset ? read_be16(data + links[i].type_offset) : NO_TYPE;
		while ((type == ETHERTYPE_VLAN || type == ETHERTYPE_QINQ) && bytes >= offset + 4) {
			type = read_be16(data + offset + 2);
			offset += 4;
		}
		*ret_found = type == NO_TYPE || type == ETHERTYPE_IPV4 || type == ETHERTYPE_IPV6;
	}
	return offset;
}

/* Reads the ports; `segment` has addresses, transport and extent. */
static int parse_transport(struct segment *segment)
{
	const uint8_t *bytes = segment->bytes;

	if (segment->transport == FRAME_TCP) {
		uint16_t header = segment->length < TCP_HEADER_MIN ? 0 : bytes[12] >> 4 << 2;
		if (header < TCP_HEADER_MIN || header > segment->length)
			return -EPROTO;
		segment->opens = (bytes[13] & 0x12) == 0x02;
		segment->closes = bytes[13] & 0x05;
	} else if (segment->transport == FRAME_UDP) {
		if (segment->length < UDP_HEADER || read_be16(bytes + 4) < UDP_HEADER ||
			read_be16(bytes + 4) > segment->length)
			return -EPROTO;
		segment->length = read_be16(bytes + 4);
	} else {
		return -EPROTO;
	}
	segment->source_port = read_be16(bytes);
	segment->destination_port = read_be16(bytes + 2);
	return 0;
}

static int parse_ipv4(const uint8_t *ip, uint32_t captured, uint32_t wire, struct segment *segment)
{
	if (captured < 20)
		return wire > captured ? -EMSGSIZE : -EPROTO;
	uint16_t header = (ip[0] & 15) << 2, total = read_be16(ip + 2);
	bool fragment = read_be16(ip + 6) & 0x3fff;
	if (header < 20 || total < header || fragment || total > wire)
		return -EPROTO;
	if (total > captured)
		return -EMSGSIZE;
	segment->source.version = segment->destination.version = 4;
	memcpy(segment->source.bytes, ip + 12, 4);
	memcpy(segment->destination.bytes, ip + 16, 4);
	segment->transport = ip[9];
	segment->bytes = ip + header;
	segment->length = total - header;
	return parse_transport(segment);
}

static int parse_ipv6(const uint8_t *ip, uint32_t captured, uint32_t wire, struct segment *segment)
{
	if (captured < 40)
		return wire > captured ? -EMSGSIZE : -EPROTO;
	uint16_t length = read_be16(ip + 4);
	if (length + 40u > wire)
		return -EPROTO;
	if (length + 40u > captured)
		return -EMSGSIZE;
	segment->source.version = segment->destination.version = 6;
	memcpy(segment->source.bytes, ip + 8, 16);
	memcpy(segment->destination.bytes, ip + 24, 16);
	segment->transport = ip[6];
	segment->bytes = ip + 40;
	segment->length = length;
	return parse_transport(segment);
}

int frame_parse(int link_type, const uint8_t *data, uint32_t captured_bytes, uint32_t wire_bytes,
	struct segment *ret_segment)
{
	struct segment segment = {0};
	bool found;
	uint32_t offset = skip_link(link_type, data, captured_bytes, &found);
	int r = -EPROTO;

	if (!found || offset >= captured_bytes)
		return r;
	uint32_t captured = captured_bytes - offset, wire = wire_bytes - offset;
	if (data[offset] >> 4 == 4)
		r = parse_ipv4(data + offset, captured, wire, &segment);
	else if (data[offset] >> 4 == 6)
		r = parse_ipv6(data + offset, captured, wire, &segment);
	if (!r)
		*ret_segment = segment;
	return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "flow.h"
#include "frame.h"

#include <string.h>

#define ETHERNET_BYTES 14
#define IPV4_BYTES 20
#define IPV6_BYTES 40
#define CLIENT_TTL 63 /* one router between the watched hosts and the tap */
#define SERVER_TTL 52

/* Locally administered addresses of the routers on either side of the tap. */
static const uint8_t macs[2][6] = {{2, 0, 0, 0, 0, 1}, {2, 0, 0, 0, 0, 2}};

static void write_be16(uint8_t *bytes, uint32_t value)
{
	bytes[0] = (uint8_t)(value >> 8);
	bytes[1] = (uint8_t)value;
}

static uint32_t sum_words(const uint8_t *bytes, size_t count)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < count; i += 2)
		sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	return sum;
}

/* The Internet checksum (RFC 1071) of words that add up to `sum`. */
static uint16_t checksum(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static const struct template_packet *next_packet(const struct flow *flow)
{
	return &flow->template->packets[flow->next];
}

/* True when there is a next packet; skips those of a server that does not answer. */
static bool find_packet(struct flow *flow)
{
	while (flow->next < flow->template->count && flow->unanswered &&
		next_packet(flow)->from_server)
		flow->next++;
	return flow->next < flow->template->count;
}

bool flow_begin(struct flow *flow)
{
	flow->next = 0;
	flow->address_sum = sum_words(flow->client.bytes, sizeof(flow->client.bytes)) +
			    sum_words(flow->server.bytes, sizeof(flow->server.bytes));
	return find_packet(flow);
}

int64_t flow_due_us(const struct flow *flow)
{
	return flow->start_us + next_packet(flow)->offset_us;
}

uint32_t flow_frame_bytes(const struct flow *flow)
{
	return ETHERNET_BYTES + (flow->client.version == 4 ? IPV4_BYTES : IPV6_BYTES) +
	       next_packet(flow)->length;
}

static void write_ipv4(struct flow *flow, const struct template_packet *packet, uint8_t *ip)
{
	static const uint8_t fixed[12] = {0x45, 0, 0, 0, 0, 0, 0x40};
	bool back = packet->from_server;

	memcpy(ip, fixed, sizeof(fixed));
	write_be16(ip + 2, IPV4_BYTES + packet->length);
	write_be16(ip + 4, flow->ip_ids[back]++);
	ip[8] = back ? SERVER_TTL : CLIENT_TTL;
	ip[9] = flow->template->transport;
	memcpy(ip + 12, (back ? flow->server : flow->client).bytes, 4);
	memcpy(ip + 16, (back ? flow->client : flow->server).bytes, 4);
	write_be16(ip + 10, checksum(sum_words(ip, IPV4_BYTES)));
}

static void write_ipv6(const struct flow *flow, const struct template_packet *packet, uint8_t *ip)
{
	static const uint8_t fixed[8] = {0x60};
	bool back = packet->from_server;

	memcpy(ip, fixed, sizeof(fixed));
	write_be16(ip + 4, packet->length);
	ip[6] = flow->template->transport;
	ip[7] = back ? SERVER_TTL : CLIENT_TTL;
	memcpy(ip + 8, (back ? flow->server : flow->client).bytes, 16);
	memcpy(ip + 24, (back ? flow->client : flow->server).bytes, 16);
}

static void write_segment(
	const struct flow *flow, const struct template_packet *packet, uint8_t *segment)
{
	bool back = packet->from_server, tcp = flow->template->transport == FRAME_TCP;
	uint32_t sum = packet->sum + flow->address_sum + flow->client_port + flow->server_port +
		       flow->template->transport + packet->length;
	uint16_t check = checksum(sum);

	memcpy(segment, packet->bytes, packet->length);
	write_be16(segment, back ? flow->server_port : flow->client_port);
	write_be16(segment + 2, back ? flow->client_port : flow->server_port);
	/* A UDP checksum of zero would mean that there is none (RFC 768). */
	write_be16(segment + (tcp ? 16 : 6), !tcp && !check ? 0xffff : check);
}

void flow_write_frame(struct flow *flow, uint8_t *ret_frame)
{
	const struct template_packet *packet = next_packet(flow);
	bool ipv4 = flow->client.version == 4;
	uint8_t *ip = ret_frame + ETHERNET_BYTES;

	memcpy(ret_frame, macs[!packet->from_server], 6);
	memcpy(ret_frame + 6, macs[packet->from_server], 6);
	write_be16(ret_frame + 12, ipv4 ? 0x0800 : 0x86dd);
	if (ipv4)
		write_ipv4(flow, packet, ip);
	else
		write_ipv6(flow, packet, ip);
	write_segment(flow, packet, ip + (ipv4 ? IPV4_BYTES : IPV6_BYTES));
}

bool flow_advance(struct flow *flow)
{
	flow->next++;
	return find_packet(flow);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/flow.h"

#include <stdio.h>
#include <string.h>

#include "base/siphash.h"

static struct surgetap_endpoint end_of(const struct flow *flow, bool high)
{
	const struct flow_key *key = &flow->key;
	if (high)
		return (struct surgetap_endpoint){key->high, key->high_port};
	return (struct surgetap_endpoint){key->low, key->low_port};
}

struct surgetap_endpoint flow_client(const struct flow *flow)
{
	return end_of(flow, flow->client_is_high);
}

struct surgetap_endpoint flow_server(const struct flow *flow)
{
	return end_of(flow, !flow->client_is_high);
}

struct surgetap_address flow_watched_host(const struct flow *flow)
{
	return (flow->is_inbound ? flow_server(flow) : flow_client(flow)).address;
}

struct surgetap_address flow_far_host(const struct flow *flow)
{
	return (flow->is_inbound ? flow_client(flow) : flow_server(flow)).address;
}

uint64_t flow_id(const struct flow *flow)
{
	/* Public on purpose: the number identifies, it protects nothing. */
	struct siphash_key key = {{UINT64_C(0x7375726765746170), (uint64_t)flow->start_us}};
	return siphash_2_4(&key, &flow->key, sizeof flow->key) & ((UINT64_C(1) << 53) - 1);
}

uint64_t flow_metered_bytes(const struct flow *flow)
{
	return flow->bytes[0] + flow->bytes[1] - flow->excluded_bytes;
}

void flow_move(struct flow *flow, uint32_t range, bool is_inbound)
{
	if (flow->range == range && flow->is_inbound == is_inbound)
		return;
	flow->range = range;
	flow->is_inbound = is_inbound;
	flow->excluded_bytes = flow->bytes[0] + flow->bytes[1];
	flow->minute = UINT32_MAX;
	flow->counted = 0;
	flow->is_timely = flow->is_metered = false;
}

static void save_key(const struct flow_key *key, struct pack_writer *writer)
{
	pack_put_bytes(writer, key->low.bytes, sizeof key->low.bytes);
	pack_put_bytes(writer, key->high.bytes, sizeof key->high.bytes);
	pack_put_u16(writer, key->low_port);
	pack_put_u16(writer, key->high_port);
	pack_put_u8(writer, key->transport);
	pack_put_u8(writer, key->ip_version);
}

static void load_key(struct pack_reader *reader, struct flow_key *ret_key)
{
	*ret_key = (struct flow_key){0};
	pack_get_bytes(reader, ret_key->low.bytes, sizeof ret_key->low.bytes);
	pack_get_bytes(reader, ret_key->high.bytes, sizeof ret_key->high.bytes);
	ret_key->low_port = pack_get_u16(reader);
	ret_key->high_port = pack_get_u16(reader);
	ret_key->transport = pack_get_u8(reader);
	ret_key->ip_version = pack_get_u8(reader);
}

/* The flags in the order of their bits. */
enum {
	SAVED_CLIENT_IS_HIGH = 1,
	SAVED_ANSWERED = 2,
	SAVED_COMPLETE = 4,
	SAVED_INBOUND = 8,
	SAVED_TIMELY = 16,
	SAVED_DECIDED = 32,
	SAVED_METERED = 64,
	SAVED_SETTLED = 128,
};

/* An inspection that is begun anew does not see the flow from its first packet. */
static uint8_t pack_flags(const struct flow *flow)
{
	bool is_complete = flow->complete && flow->inspection == FLOW_NO_INSPECTION;
	return (uint8_t)((flow->client_is_high ? SAVED_CLIENT_IS_HIGH : 0) |
			 (flow->answered ? SAVED_ANSWERED : 0) |
			 (is_complete ? SAVED_COMPLETE : 0) |
			 (flow->is_inbound ? SAVED_INBOUND : 0) |
			 (flow->is_timely ? SAVED_TIMELY : 0) |
			 (flow->is_decided ? SAVED_DECIDED : 0) |
			 (flow->is_metered ? SAVED_METERED : 0) |
			 (flow->is_settled ? SAVED_SETTLED : 0));
}

void flow_save(const struct flow *flow, struct pack_writer *writer)
{
	save_key(&flow->key, writer);
	pack_put_u8(writer, pack_flags(flow));
	pack_put_u8(writer, flow->life);
	pack_put_u8(writer, flow->fins);
	pack_put_i64(writer, flow->listed_us);
	pack_put_i64(writer, flow->start_us);
	pack_put_i64(writer, flow->last_us);
	for (int side = 0; side < 2; side++) {
		pack_put_u64(writer, flow->packets[side]);
		pack_put_u64(writer, flow->bytes[side]);
	}
	pack_put_u64(writer, flow->excluded_bytes);
	pack_put_u32(writer, flow->range);
	pack_put_u32(writer, flow->minute);
	pack_put_u32(writer, flow->tunnels);
	pack_put_u32(writer, flow->contacts);
	pack_put_u32(writer, flow->suspected);
	pack_put_u32(writer, flow->counted);
	pack_put_u16(writer, flow->protocol_id);
	pack_put_u16(writer, flow->master_id);
	pack_put_u16(writer, flow->icmp_type_code);
	pack_put_u8(writer, flow->category_id);
	pack_put_u8(writer, flow->confidence);
}

static void load_state(struct pack_reader *reader, struct flow *flow)
{
	uint8_t flags = pack_get_u8(reader);
	flow->client_is_high = flags & SAVED_CLIENT_IS_HIGH;
	flow->answered = flags & SAVED_ANSWERED;
	flow->complete = flags & SAVED_COMPLETE;
	flow->is_inbound = flags & SAVED_INBOUND;
	flow->is_timely = flags & SAVED_TIMELY;
	flow->is_decided = flags & SAVED_DECIDED;
	flow->is_metered = flags & SAVED_METERED;
	flow->is_settled = flags & SAVED_SETTLED;
	flow->life = pack_get_u8(reader);
	flow->fins = pack_get_u8(reader);
	if (flow->life >= FLOW_LIVES)
		pack_fail(reader);
}

void flow_load(struct pack_reader *reader, struct flow *ret_flow)
{
	struct flow flow = {.inspection = FLOW_NO_INSPECTION, .is_resumed = true};
	load_key(reader, &flow.key);
	load_state(reader, &flow);
	flow.listed_us = pack_get_time_us(reader);
	flow.start_us = pack_get_i64(reader);
	flow.last_us = pack_get_i64(reader);
	for (int side = 0; side < 2; side++) {
		flow.packets[side] = pack_get_u64(reader);
		flow.bytes[side] = pack_get_u64(reader);
	}
	flow.excluded_bytes = pack_get_u64(reader);
	if (flow.excluded_bytes > flow.bytes[0] + flow.bytes[1])
		pack_fail(reader);
	flow.range = pack_get_u32(reader);
	flow.minute = pack_get_u32(reader);
	flow.tunnels = pack_get_u32(reader);
	flow.contacts = pack_get_u32(reader);
	flow.suspected = pack_get_u32(reader);
	flow.counted = pack_get_u32(reader);
	flow.protocol_id = pack_get_u16(reader);
	flow.master_id = pack_get_u16(reader);
	flow.icmp_type_code = pack_get_u16(reader);
	flow.category_id = pack_get_u8(reader);
	flow.confidence = pack_get_u8(reader);
	*ret_flow = flow;
}

const char *flow_transport_name(uint8_t transport, char ret_text[FLOW_TRANSPORT_SIZE])
{
	static const char *const names[256] = {
		[1] = "ICMP",
		[2] = "IGMP",
		[4] = "IPIP",
		[6] = "TCP",
		[17] = "UDP",
		[33] = "DCCP",
		[41] = "IPv6",
		[47] = "GRE",
		[50] = "ESP",
		[51] = "AH",
		[58] = "IPv6-ICMP",
		[89] = "OSPFIGP",
		[103] = "PIM",
		[112] = "VRRP",
		[115] = "L2TP",
		[132] = "SCTP",
		[136] = "UDPLite",
	};
	if (names[transport])
		return names[transport];
	snprintf(ret_text, FLOW_TRANSPORT_SIZE, "%03u", transport);
	return ret_text;
}

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

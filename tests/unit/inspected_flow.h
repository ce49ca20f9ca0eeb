/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_INSPECTED_FLOW_H
#define TESTS_INSPECTED_FLOW_H
/* An inspector whose plugin is a double, and flows to show it. */
#include "flow/inspect.h"

#include "tests/unit/flow_packets.h"
#include "tests/unit/frame_bytes.h"
#include "tests/unit/plugin_doubles.h"

static struct inspector *inspector;

static inline void begin(uint32_t capacity, bool keep_findings)
{
	struct inspector_settings settings = {
		.plugins = double_plugins(),
		.capacity = capacity,
		.keep_findings = keep_findings,
	};

	assert_int_equal(inspector_new(&settings, &inspector), 0);
}

static inline int end(void **state)
{
	(void)state;
	inspector_free(inspector);
	inspector = NULL;
	return 0;
}

/* A flow as the table makes it, from 10.0.0.1 to 10.0.0.2. */
static inline struct flow new_flow(void)
{
	return (struct flow){
		.key = {.low = address_at("10.0.0.1"),
			.high = address_at("10.0.0.2"),
			.low_port = 50000,
			.high_port = 443,
			.transport = 6,
			.ip_version = 4},
		.inspection = FLOW_NO_INSPECTION,
		.packets = {1, 1},
		.answered = true,
	};
}

/* Packets shown, all flows together. */
static uint32_t shown;

/* Shows the flow `count` packets with five bytes that no protocol begins with. */
static inline void show(struct flow *flow, unsigned count)
{
	static struct bytes bytes;
	struct packet packet;

	bytes.size = 0;
	put_ipv4(&bytes, 6, 25);
	put_tcp(&bytes, PSH | ACK);
	put(&bytes, "\x01\x02\x03\x04\x05", 5);
	assert_int_equal(decode(LINK_RAW, &bytes, &packet), PACKET_DECODED);
	packet.ip = bytes.data;
	packet.payload = bytes.data + 40;
	for (unsigned i = 0; i < count; i++) {
		packet.tcp_sequence = shown++ * 5;
		inspector_packet(inspector, flow, &packet, true);
	}
}

#endif

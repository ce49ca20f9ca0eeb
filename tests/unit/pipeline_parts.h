/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_PIPELINE_PARTS_H
#define TESTS_PIPELINE_PARTS_H
/* What the tests of whole pipelines are put together from: ranges, settings, datagrams. */
#include "pipeline/pipeline.h"

#include "tests/unit/flow_packets.h"
#include "tests/unit/frame_bytes.h"
#include "tests/unit/plugin_doubles.h"
#include "tests/unit/watched_ranges.h"

#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)

static inline struct ranges *range_ten(void)
{
	return make_ranges((const char *const[]){"10.0.0.0/8=ten", NULL});
}

static inline void hear_no_alert(void *argument, const struct alert *alert)
{
	(void)argument, (void)alert;
}

/* One reader, `workers` workers, an analyst that tells `listener`. */
static inline struct pipeline_settings settings_of(const struct ranges *ranges,
	const struct plugins *plugins, uint32_t workers, struct analyst_listener listener)
{
	return (struct pipeline_settings){
		.readers = 1,
		.workers = workers,
		.worker = {.ranges = ranges,
			.plugins = plugins,
			.max_flows = 1024,
			.seed = 1,
			.host_seed = 1},
		.analyst = {.ranges = ranges,
			.plugins = plugins,
			.alarms_per_year = 12,
			.host_seed = 1,
			.listener = listener},
	};
}

/* Each flow is VPN at its first packet; `is_shared`: to several workers. */
static inline void report_vpn(bool is_shared)
{
	script.on_packet[0] = tunnel(VPN, SURGETAP_GRADE_DPI);
	script.packet_reports = 1;
	script.is_shared = is_shared;
}

/* One end: IPv4 and port. */
struct end {
	uint8_t address[4];
	unsigned port;
};

#define DATAGRAM_BYTES 78 /* of IP */

/* A UDP datagram of 50 bytes to one of the readers. */
static inline void take_datagram(
	struct pipeline *pipeline, uint32_t reader, int64_t time_us, struct end from, struct end to)
{
	struct bytes bytes = {0};
	struct frame frame = {.data = bytes.data, .link_type = LINK_RAW, .time_us = time_us};

	put_ipv4(&bytes, 17, 8 + 50);
	memcpy(bytes.data + 12, from.address, 4);
	memcpy(bytes.data + 16, to.address, 4);
	put16(&bytes, from.port);
	put16(&bytes, to.port);
	put16(&bytes, 58);
	put16(&bytes, 0);
	put_zeros(&bytes, 50);
	frame.captured_bytes = frame.wire_bytes = bytes.size;
	pipeline_take(pipeline, reader, &frame);
}

/* A question, and a millisecond later its answer: 156 bytes. */
static inline void take_talk(
	struct pipeline *pipeline, int64_t time_us, struct end client, struct end server)
{
	take_datagram(pipeline, 0, time_us, client, server);
	take_datagram(pipeline, 0, time_us + 1000, server, client);
}

#endif

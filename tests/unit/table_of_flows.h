/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_TABLE_OF_FLOWS_H
#define TESTS_TABLE_OF_FLOWS_H
/* A table of flows, packets for it by the second, and what it told of flows that left it. */
#include "flow/table.h"

#include "tests/unit/flow_packets.h"

#define ENDED_MAX 4096

/* What the table told of flows that left it. */
static struct {
	size_t count;
	struct flow flows[ENDED_MAX];
	enum flow_end reasons[ENDED_MAX];
} told;

static inline void hear_ended(void *argument, struct flow *flow, enum flow_end reason)
{
	assert_ptr_equal(argument, &told);
	assert_true(told.count < ENDED_MAX);
	told.flows[told.count] = *flow;
	told.reasons[told.count++] = reason;
}

static inline struct flow_table *make_table(uint32_t capacity)
{
	struct flow_table *table;

	told.count = 0;
	assert_int_equal(flow_table_new(capacity, 1, hear_ended, &told, &table), 0);
	return table;
}

static inline struct flow *take(struct flow_table *table, struct packet packet, int64_t second)
{
	bool is_new, from_client;

	packet.time_us = NOON_US + second * SECOND;
	return flow_table_take(
		table, &packet, flow_hash_of(&packet, 1), packet.time_us, &is_new, &from_client);
}

static inline bool is_new(struct flow_table *table, struct packet packet, int64_t second)
{
	bool created, from_client;

	packet.time_us = NOON_US + second * SECOND;
	flow_table_take(
		table, &packet, flow_hash_of(&packet, 1), packet.time_us, &created, &from_client);
	return created;
}

static inline struct packet from_port(struct packet packet, uint16_t port)
{
	packet.source_port = port;
	return packet;
}

static inline uint64_t active_in(const struct flow_table *table)
{
	struct flow_table_stats stats;

	flow_table_stats(table, &stats);
	return stats.active;
}

#endif

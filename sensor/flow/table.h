/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_TABLE_H
#define FLOW_TABLE_H
/*
 * The flows under way, by 5-tuple. Memory is fixed when it is made. When it is full, the flow that
 * has been silent longest gives way, unanswered ones first, so that a flood of SYNs cannot push
 * established flows out; each such flow is counted.
 */
#include "flow/flow.h"

struct flow_table;

/* Called when a flow leaves the table; `flow` is valid until it returns. */
typedef void flow_ended(void *argument, struct flow *flow, enum flow_end reason);

struct flow_table_stats {
	uint64_t created, active, active_max;
	uint64_t ended[FLOW_ENDS];
	uint64_t evicted[FLOW_LIVES]; /* by what they were */
};

/* A table for `capacity` flows (1..2^30). `seed` keys its hash. Returns 0, -EINVAL or -ENOMEM. */
int flow_table_new(uint32_t capacity, uint64_t seed, flow_ended *ended, void *argument,
	struct flow_table **ret_table);

/* Frees the table; flows still in it are not told to `ended` (see flow_table_end_all). */
void flow_table_free(struct flow_table *table);

/*
 * The flow of a packet, made if it is new, with the packet counted. `hash` is the flow_key_place of
 * its flow_key_hash by the secret of the table's seed. `now_us` is the packet clock, which never
 * goes back. A flow that was silent for too long, or whose TCP connection is over while
 * the packet opens another one, ends first. `*ret_is_new` tells whether the flow was made,
 * `*ret_from_client` the packet's direction.
 */
struct flow *flow_table_take(struct flow_table *table, const struct packet *packet, uint32_t hash,
	int64_t now_us, bool *ret_is_new, bool *ret_from_client);

/* Asks memory for what flow_table_take will need for this hash, which changes nothing else: first
 * the place where its flows begin, some packets later the flow there. */
void flow_table_foresee(const struct flow_table *table, uint32_t hash);
void flow_table_fetch(const struct flow_table *table, uint32_t hash);

/* The flow there, of those with this hash the one that began last, and mostly the packet's; NULL if
 * none begins there. */
const struct flow *flow_table_peek(const struct flow_table *table, uint32_t hash);

/* Shows every flow, those of a life in the order of their last packets. */
void flow_table_each(const struct flow_table *table,
	void (*show)(void *argument, const struct flow *flow), void *argument);

/* Takes a flow of an earlier run over; `flow->listed_us` is not below that of flows taken over
 * before. It does not count as created. Returns false when the table is full, or has it already. */
bool flow_table_resume(struct flow_table *table, const struct flow *flow);

/* Ends all flows that were silent for too long by `now_us`. Whether a flow ends depends on its own
 * packets alone, so that sharing flows out to several tables changes nothing. */
void flow_table_expire(struct flow_table *table, int64_t now_us);

/* Shows every flow to `keeps`; those for which it returns false end as unwatched. */
void flow_table_sift(
	struct flow_table *table, bool (*keeps)(void *argument, struct flow *flow), void *argument);

/* Ends every flow, in the order of their lives and last packets. */
void flow_table_end_all(struct flow_table *table);

void flow_table_stats(const struct flow_table *table, struct flow_table_stats *ret_stats);

/* Silence after which a flow of this life ends, in microseconds. */
int64_t flow_life_timeout_us(enum flow_life life);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef METER_WITNESS_H
#define METER_WITNESS_H
/*
 * Who moved: a sample of the flows of one technique in one range, from which the busiest hosts and
 * peers are told, and a few flows as examples.
 *
 * The sample keeps the WITNESS_FLOWS flows with the smallest ids, which are hashes: a uniform
 * sample, and the whole while there are no more flows than that. Such samples merge in any order
 * with the same result (bottom-k sketches: E. Cohen, H. Kaplan, "Summarizing data using bottom-k
 * sketches", PODC 2007).
 */
#include <surgetap/flow.h>

#include "base/pack.h"

#define WITNESS_FLOWS 512
#define WITNESS_EXAMPLES 5
#define WITNESS_REASON_SIZE 96

/* A sampled flow. */
struct witness_flow {
	uint64_t id;
	struct surgetap_address host, peer;
};

/* A flow, as far as an alert shows it. */
struct witness_example {
	int64_t time_us; /* of its latest packet when it was settled */
	struct surgetap_endpoint client, server;
	uint64_t flow_id;
	uint16_t icmp_type_code;
	uint8_t ip_version, transport;
	char protocol[32];
	char reason[WITNESS_REASON_SIZE];
};

/* Zeroed at first; ends with witness_done. */
struct witness {
	uint64_t flows; /* added, whether they are in the sample or not */
	uint32_t count, room;
	struct witness_flow *sample; /* a heap, the largest id first */
	uint32_t example_count;
	struct witness_example examples[WITNESS_EXAMPLES]; /* the latest ones, newest first */
};

/* An address and its flows: counted while the sample is the whole, estimated above. */
struct witness_entry {
	struct surgetap_address address;
	uint64_t flows;
};

enum witness_side { WITNESS_HOSTS, WITNESS_PEERS };

/* Adds a flow; its id is not in the sample yet. Memory grows with the sample, to 20 KiB. Returns 0
 * or -ENOMEM: then it counts and is not sampled. */
int witness_add(struct witness *witness, const struct witness_flow *flow);

/* Keeps the example if it is among the latest; ties go by flow id. */
void witness_show(struct witness *witness, const struct witness_example *example);

/* Adds everything of `from`. Returns 0 or -ENOMEM. */
int witness_merge(struct witness *witness, const struct witness *from);

/* Packs it. */
void witness_save(const struct witness *witness, struct pack_writer *writer);

/* Takes a packed one into an empty one. Returns 0 or -ENOMEM; bytes that make no sense are told by
 * the reader's error. */
int witness_load(struct witness *witness, struct pack_reader *reader);

/* Empties it; its memory stays. */
void witness_clear(struct witness *witness);

/* Frees its memory. */
void witness_done(struct witness *witness);

/* The addresses of one side with the most flows, ties by address; returns how many of `max` were
 * filled. */
uint32_t witness_top(const struct witness *witness, enum witness_side side,
	struct witness_entry *ret_entries, uint32_t max);

#endif

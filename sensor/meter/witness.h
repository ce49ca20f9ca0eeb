/* SPDX-License-Identifier: Apache-2.0 */
#ifndef METER_WITNESS_H
#define METER_WITNESS_H
/*
 * Who moved: the hosts and peers with the most flows of one technique in one range, and a few flows as
 * examples. Bounded: each list is a SpaceSaving summary (Metwally, Agrawal, El Abbadi: "Efficient
 * computation of frequent and top-k elements in data streams", ICDT 2005), exact while no more than
 * WITNESS_ENTRIES addresses were seen; above, a count may be too high by the smallest one.
 */
#include <surgetap/flow.h>

#define WITNESS_ENTRIES 64
#define WITNESS_EXAMPLES 5
#define WITNESS_REASON_SIZE 96

struct witness_entry {
	struct surgetap_address address;
	uint64_t flows;
};

struct witness_list {
	uint32_t count;
	struct witness_entry entries[WITNESS_ENTRIES];
};

/* A flow, as far as an alert shows it. */
struct witness_example {
	int64_t time_us; /* when it was recognised */
	struct surgetap_endpoint client, server;
	uint64_t flow_id;
	uint16_t icmp_type_code;
	uint8_t ip_version, transport;
	char protocol[32];
	char reason[WITNESS_REASON_SIZE];
};

/* Zeroed at first. */
struct witness {
	struct witness_list hosts, peers;
	uint32_t example_count;
	struct witness_example examples[WITNESS_EXAMPLES]; /* the latest ones, newest first */
};

/* Counts `flows` flows of an address. */
void witness_count(struct witness_list *list, const struct surgetap_address *address,
	uint64_t flows);

/* Keeps the example if it is among the latest; ties go by flow id, so that order does not matter. */
void witness_show(struct witness *witness, const struct witness_example *example);

/* Adds everything of `from`. */
void witness_merge(struct witness *witness, const struct witness *from);

/* Sorts a copy of the list, most flows first, ties by address; returns how many of `max` were filled. */
uint32_t witness_top(const struct witness_list *list, struct witness_entry *ret_entries,
	uint32_t max);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_PEERS_H
#define REPORT_PEERS_H
/*
 * Far ends that came and went: which peers a range used a technique with before, after, or both.
 * Bounded: PEERS_MAX triples of range, technique and peer; those beyond are counted and left out.
 */
#include <surgetap/flow.h>

#define PEERS_MAX 1000000
#define PEERS_TOP 10

enum peers_side { PEERS_BEFORE, PEERS_AFTER, PEERS_SIDES };

struct peers_entry {
	struct surgetap_address address;
	uint64_t flows;
};

/* What changed for one technique of one range. */
struct peers_change {
	uint64_t appeared, vanished, stayed;
	uint32_t appeared_top_count, vanished_top_count;
	struct peers_entry appeared_top[PEERS_TOP], vanished_top[PEERS_TOP]; /* most flows first */
};

struct peers;

int peers_new(struct peers **ret_peers); /* 0 or -ENOMEM */
void peers_free(struct peers *peers);

/* Adds a flow of a watched range (any number) with a peer. */
void peers_add(struct peers *peers, uint32_t range, uint32_t technique,
	const struct surgetap_address *peer, enum peers_side side);

/* Flows whose peer found no room. */
uint64_t peers_refused(const struct peers *peers);

/* Goes through all peers. */
void peers_compare(const struct peers *peers, uint32_t range, uint32_t technique,
	struct peers_change *ret_change);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "report/peers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/siphash.h"

#define SEED UINT64_C(0x7065657273)
#define ROOM_FIRST 1024 /* a power of two, as all that follow */

struct key {
	struct surgetap_address address;
	uint32_t range, technique;
};

struct peer {
	struct key key;
	uint64_t flows[PEERS_SIDES]; /* both 0: a free place */
};

struct peers {
	struct siphash_key key;
	struct peer *table;
	size_t count, room; /* at most half full */
	uint64_t refused;
};

int peers_new(struct peers **ret_peers)
{
	struct peers *peers = calloc(1, sizeof *peers);
	if (peers)
		peers->table = calloc(ROOM_FIRST, sizeof *peers->table);
	if (!peers || !peers->table) {
		free(peers);
		return -ENOMEM;
	}
	peers->room = ROOM_FIRST;
	peers->key = siphash_key_from_seed(SEED);
	*ret_peers = peers;
	return 0;
}

void peers_free(struct peers *peers)
{
	if (!peers)
		return;
	free(peers->table);
	free(peers);
}

static bool is_free(const struct peer *peer)
{
	return peer->flows[PEERS_BEFORE] == 0 && peer->flows[PEERS_AFTER] == 0;
}

static struct peer *find_place(const struct peers *peers, const struct key *key)
{
	size_t at = siphash_1_3(&peers->key, key, sizeof *key) & (peers->room - 1);
	while (!is_free(&peers->table[at]) && memcmp(&peers->table[at].key, key, sizeof *key) != 0)
		at = (at + 1) & (peers->room - 1);
	return &peers->table[at];
}

static bool grow(struct peers *peers)
{
	struct peers larger = *peers;
	larger.room *= 2;
	larger.table = calloc(larger.room, sizeof *larger.table);
	if (!larger.table)
		return false;
	for (size_t i = 0; i < peers->room; i++)
		if (!is_free(&peers->table[i]))
			*find_place(&larger, &peers->table[i].key) = peers->table[i];
	free(peers->table);
	*peers = larger;
	return true;
}

void peers_add(struct peers *peers, uint32_t range, uint32_t technique,
	const struct surgetap_address *peer, enum peers_side side)
{
	struct key key = {*peer, range, technique};
	struct peer *place = find_place(peers, &key);
	if (is_free(place)) {
		if (peers->count == PEERS_MAX ||
			(2 * peers->count >= peers->room && !grow(peers))) {
			peers->refused++;
			return;
		}
		peers->count++;
		place = find_place(peers, &key);
		place->key = key;
	}
	place->flows[side]++;
}

uint64_t peers_refused(const struct peers *peers)
{
	return peers->refused;
}

static bool is_before(const struct peers_entry *a, const struct peers_entry *b)
{
	if (a->flows != b->flows)
		return a->flows > b->flows;
	return memcmp(&a->address, &b->address, sizeof a->address) < 0;
}

/* Puts the entry into its place among the `PEERS_TOP` busiest. */
static void rank(struct peers_entry *top, uint32_t *count, struct peers_entry entry)
{
	uint32_t place = *count;
	if (place == PEERS_TOP) {
		if (!is_before(&entry, &top[PEERS_TOP - 1]))
			return;
		place--;
	} else {
		++*count;
	}
	for (; place > 0 && is_before(&entry, &top[place - 1]); place--)
		top[place] = top[place - 1];
	top[place] = entry;
}

void peers_compare(const struct peers *peers, uint32_t range, uint32_t technique,
	struct peers_change *ret_change)
{
	struct peers_change change = {0};
	for (size_t i = 0; i < peers->room; i++) {
		const struct peer *peer = &peers->table[i];
		uint64_t before = peer->flows[PEERS_BEFORE], after = peer->flows[PEERS_AFTER];
		struct peers_entry entry = {peer->key.address, before + after};
		if (is_free(peer) || peer->key.range != range || peer->key.technique != technique)
			continue;
		if (before && after) {
			change.stayed++;
		} else if (after) {
			change.appeared++;
			rank(change.appeared_top, &change.appeared_top_count, entry);
		} else {
			change.vanished++;
			rank(change.vanished_top, &change.vanished_top_count, entry);
		}
	}
	*ret_change = change;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/tally.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "flow/key.h"

#define TCP 6
#define TCP_SYN 2

_Static_assert(INSPECT_PACKETS_MAX < UINT16_MAX, "a count has room");

struct entry {
	uint64_t hash;  /* the whole of it stands for the flow */
	uint16_t count; /* packets since the first one with a payload */
	uint16_t route; /* the caller's */
	uint32_t last;  /* packet clock in 2^20 us */
};

#define TIME_SHIFT 20

struct tally {
	struct siphash_key secret;
	struct entry entries[TALLY_FLOWS];
};

int tally_new(uint64_t seed, struct tally **ret_tally)
{
	struct tally *tally = calloc(1, sizeof *tally);
	if (!tally)
		return -ENOMEM;
	tally->secret = siphash_key_from_seed(seed);
	*ret_tally = tally;
	return 0;
}

void tally_free(struct tally *tally)
{
	free(tally);
}

void tally_clear(struct tally *tally)
{
	memset(tally->entries, 0, sizeof tally->entries);
}

struct tally_word tally_add(struct tally *tally, const struct packet *packet, int64_t now_us)
{
	struct flow_key key;
	flow_key_make(packet, &key);
	uint64_t hash = flow_key_hash(&tally->secret, &key);
	struct entry *entry = &tally->entries[hash % TALLY_FLOWS];
	uint32_t now = (uint32_t)(now_us >> TIME_SHIFT);
	bool opens = packet->transport == TCP && packet->tcp_flags & TCP_SYN;
	if (opens || entry->hash != hash || now - entry->last > TALLY_IDLE_US >> TIME_SHIFT)
		*entry = (struct entry){.hash = hash};
	entry->last = now;
	bool is_bare = entry->count >= INSPECT_PACKETS_MAX;
	/* An inspection begins with a payload, from where on each packet counts in it. */
	if (!is_bare)
		entry->count += entry->count > 0 || packet->payload_bytes > 0;
	return (struct tally_word){flow_key_place(hash), is_bare, &entry->route};
}

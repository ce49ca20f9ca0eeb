/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOR_RELAY_TABLE_H
#define TOR_RELAY_TABLE_H
/* A set of addresses with ports. Open addressing, linear probing, at most half full. */
#include <surgetap/flow.h>

struct relay_slot {
	struct surgetap_address address;
	uint16_t port; /* 0: any */
	bool is_used;
};

/* Members are read only. */
struct relay_table {
	struct relay_slot *slots;
	uint32_t mask, count, capacity;
};

/* Makes room for `capacity` entries, 1 at least. Returns 0 or -ENOMEM. */
int relay_table_init(struct relay_table *table, uint32_t capacity);
void relay_table_done(struct relay_table *table);

/* Returns true when the entry is in the table, false when the table is full. */
bool relay_table_add(
	struct relay_table *table, const struct surgetap_address *address, uint16_t port);

bool relay_table_has(
	const struct relay_table *table, const struct surgetap_address *address, uint16_t port);

#endif

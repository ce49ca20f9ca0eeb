/* SPDX-License-Identifier: Apache-2.0 */
#include "relay_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* FNV-1a with a final mix. The list comes from the operator, so the hash needs no key. */
static uint32_t hash(const struct surgetap_address *address, uint16_t port)
{
	uint64_t value = 0xcbf29ce484222325u;

	for (size_t i = 0; i < sizeof address->bytes; i++)
		value = (value ^ address->bytes[i]) * 0x100000001b3u;
	value = (value ^ port) * 0x100000001b3u;
	return (uint32_t)(value ^ value >> 32);
}

/* The slot that holds the entry, or the free one where it belongs. */
static struct relay_slot *find_slot(
	const struct relay_table *table, const struct surgetap_address *address, uint16_t port)
{
	uint32_t index = hash(address, port) & table->mask;

	while (table->slots[index].is_used &&
		(table->slots[index].port != port ||
			memcmp(&table->slots[index].address, address, sizeof *address) != 0))
		index = (index + 1) & table->mask;
	return &table->slots[index];
}

int relay_table_init(struct relay_table *table, uint32_t capacity)
{
	uint32_t slots = 16;

	while (slots < 2 * capacity)
		slots *= 2;
	*table = (struct relay_table){.mask = slots - 1, .capacity = capacity};
	table->slots = calloc(slots, sizeof *table->slots);
	return table->slots != NULL ? 0 : -ENOMEM;
}

void relay_table_done(struct relay_table *table)
{
	free(table->slots);
}

bool relay_table_add(
	struct relay_table *table, const struct surgetap_address *address, uint16_t port)
{
	struct relay_slot *slot = find_slot(table, address, port);

	if (slot->is_used)
		return true;
	if (table->count == table->capacity)
		return false;
	*slot = (struct relay_slot){*address, port, true};
	table->count++;
	return true;
}

bool relay_table_has(
	const struct relay_table *table, const struct surgetap_address *address, uint16_t port)
{
	return find_slot(table, address, port)->is_used;
}

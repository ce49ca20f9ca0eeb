/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/early.h"

#include <string.h>

#include "flow/kept.h"
#include "flow/sequence.h"

bool early_add(struct head_pool *pool, struct early *early, const struct packet *packet)
{
	if (!early->head.buffer)
		early->count = 0;
	uint16_t place = early->head.bytes;
	if (early->count == EARLY_MAX || !kept_put(pool, &early->head, packet))
		return false;
	early->places[early->count++] = place;
	return true;
}

int early_lowest(struct head_pool *pool, struct early *early, struct packet *ret_packet)
{
	int lowest = -1;
	uint32_t first = 0;
	if (!early->head.buffer)
		early->count = 0;
	for (int i = 0; i < early->count; i++) {
		struct packet packet = kept_at(pool, &early->head, early->places[i]);
		if (lowest >= 0 && sequence_distance(sequence_first(&packet), first) >= 0)
			continue;
		first = sequence_first(&packet);
		*ret_packet = packet;
		lowest = i;
	}
	return lowest;
}

void early_remove(struct head_pool *pool, struct early *early, int number)
{
	early->count--;
	memmove(early->places + number, early->places + number + 1,
		(size_t)(early->count - number) * sizeof early->places[0]);
	if (early->count == 0)
		head_end(pool, &early->head);
}

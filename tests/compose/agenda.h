/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPOSE_AGENDA_H
#define COMPOSE_AGENDA_H
/* The flows in progress, the one whose packet is due first on top: a binary heap. */
#include "flow.h"

#define AGENDA_FLOWS_MAX 1000000

struct agenda {
	struct agenda_entry *entries;
	struct flow *flows;
	uint32_t *free_slots;
	size_t count, capacity;
};

/* Adds a copy of `flow`. Returns 0, -ENOMEM, or -E2BIG when AGENDA_FLOWS_MAX are in progress. */
int agenda_add(struct agenda *agenda, const struct flow *flow);

/* The flow that is due first, or NULL; of several the one that started first. */
struct flow *agenda_first(const struct agenda *agenda);

/* To be called when the first flow went on to its next packet. */
void agenda_resort_first(struct agenda *agenda);

/* Takes the first flow off. */
void agenda_drop_first(struct agenda *agenda);

void agenda_done(struct agenda *agenda);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef METER_CELL_H
#define METER_CELL_H
/* The counts of one technique of one range, or of all of its traffic, in one time bucket. Cells of
 * the same bucket, or of successive ones, merge in any order with the same result. */
#include "meter/hosts.h"
#include "meter/roster.h"
#include "meter/witness.h"

/* Only flows whose client is the watched host and that were answered count as use. */
struct meter_cell {
	uint64_t flows;          /* first recognised in this bucket */
	uint64_t bytes;          /* on the wire, both ways */
	uint64_t suspected;      /* flows that a guess alone puts here */
	uint64_t inbound;        /* flows whose server is the watched host */
	struct hosts hosts;      /* distinct watched hosts with at least one packet */
	struct roster roster;    /* the same with their times, where the settings want it */
	struct witness *witness; /* NULL until a flow was shown */
};

/* The memory that the cells of a meter share. */
struct cell_memory {
	struct hosts_pool *pool;
	struct roster_budget rosters; /* of 0 bytes: no rosters are kept */
	uint64_t refused;             /* times that there was none for a witness */
};

/* A host, by the keyed hash of its address, was there at `time_s` (Unix). */
void cell_add_host(
	struct meter_cell *cell, struct cell_memory *memory, uint64_t host, int64_t time_s);

/* One flow more. */
void cell_add_flow(struct meter_cell *cell, bool is_inbound);

/* The flow for its host and its peer, as in witness_add. */
void cell_add_witness(
	struct meter_cell *cell, struct cell_memory *memory, const struct witness_flow *flow);

/* The flow as an example, as in witness_show. */
void cell_add_example(
	struct meter_cell *cell, struct cell_memory *memory, const struct witness_example *example);

/* Adds everything of `from`, whose hosts are hashed with the same key. */
void cell_merge(struct meter_cell *cell, struct cell_memory *memory, const struct meter_cell *from);

/* Packs it. */
void cell_save(const struct meter_cell *cell, struct pack_writer *writer);

/* Takes a packed one into an empty one. Returns 0 or -ENOMEM; bytes that make no sense are told by
 * the reader's error. */
int cell_load(struct meter_cell *cell, struct cell_memory *memory, struct pack_reader *reader);

/* Empties it; the memory of its roster and its witness stays. */
void cell_clear(struct meter_cell *cell, struct cell_memory *memory);

/* Frees its memory. */
void cell_done(struct meter_cell *cell, struct cell_memory *memory);

#endif

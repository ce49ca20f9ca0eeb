/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/cell.h"

#include <errno.h>
#include <stdlib.h>

void cell_add_host(
	struct meter_cell *cell, struct cell_memory *memory, uint64_t host, int64_t time_s)
{
	hosts_add(&cell->hosts, memory->pool, host);
	if (memory->rosters.max_bytes > 0)
		roster_add(&cell->roster, &memory->rosters, host, time_s);
}

void cell_add_flow(struct meter_cell *cell, bool is_inbound)
{
	cell->flows += !is_inbound;
	cell->inbound += is_inbound;
}

/* The cell's witness, made at its first use; or NULL. */
static struct witness *find_witness(struct meter_cell *cell, struct cell_memory *memory)
{
	if (!cell->witness)
		cell->witness = calloc(1, sizeof *cell->witness);
	if (!cell->witness)
		memory->refused++;
	return cell->witness;
}

void cell_add_witness(
	struct meter_cell *cell, struct cell_memory *memory, const struct witness_flow *flow)
{
	struct witness *witness = find_witness(cell, memory);
	if (witness && witness_add(witness, flow) < 0)
		memory->refused++;
}

void cell_add_example(
	struct meter_cell *cell, struct cell_memory *memory, const struct witness_example *example)
{
	struct witness *witness = find_witness(cell, memory);
	if (witness)
		witness_show(witness, example);
}

static bool is_witnessed(const struct meter_cell *cell)
{
	return cell->witness && (cell->witness->flows > 0 || cell->witness->example_count > 0);
}

void cell_merge(struct meter_cell *cell, struct cell_memory *memory, const struct meter_cell *from)
{
	cell->flows += from->flows;
	cell->bytes += from->bytes;
	cell->suspected += from->suspected;
	cell->inbound += from->inbound;
	hosts_merge(&cell->hosts, memory->pool, &from->hosts);
	if (memory->rosters.max_bytes > 0)
		roster_merge(&cell->roster, &memory->rosters, &from->roster);
	if (!is_witnessed(from))
		return;
	struct witness *witness = find_witness(cell, memory);
	if (witness && witness_merge(witness, from->witness) < 0)
		memory->refused++;
}

void cell_save(const struct meter_cell *cell, struct pack_writer *writer)
{
	pack_put_u64(writer, cell->flows);
	pack_put_u64(writer, cell->bytes);
	pack_put_u64(writer, cell->suspected);
	pack_put_u64(writer, cell->inbound);
	hosts_save(&cell->hosts, writer);
	roster_save(&cell->roster, writer);
	pack_put_u8(writer, is_witnessed(cell));
	if (is_witnessed(cell))
		witness_save(cell->witness, writer);
}

int cell_load(struct meter_cell *cell, struct cell_memory *memory, struct pack_reader *reader)
{
	cell->flows = pack_get_u64(reader);
	cell->bytes = pack_get_u64(reader);
	cell->suspected = pack_get_u64(reader);
	cell->inbound = pack_get_u64(reader);
	hosts_load(&cell->hosts, memory->pool, reader);
	roster_load(&cell->roster, &memory->rosters, reader);
	if (!pack_get_bool(reader))
		return 0;
	struct witness *witness = find_witness(cell, memory);
	return witness ? witness_load(witness, reader) : -ENOMEM;
}

void cell_clear(struct meter_cell *cell, struct cell_memory *memory)
{
	struct witness *witness = cell->witness;
	hosts_clear(&cell->hosts, memory->pool);
	roster_clear(&cell->roster);
	if (witness)
		witness_clear(witness);
	*cell = (struct meter_cell){.witness = witness, .roster = cell->roster};
}

void cell_done(struct meter_cell *cell, struct cell_memory *memory)
{
	hosts_clear(&cell->hosts, memory->pool);
	roster_done(&cell->roster, &memory->rosters);
	if (cell->witness)
		witness_done(cell->witness);
	free(cell->witness);
	*cell = (struct meter_cell){0};
}

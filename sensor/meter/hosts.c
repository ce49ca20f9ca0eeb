/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/hosts.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS (HOSTS_BLOCK_BYTES / 8)
#define PRECISION 12
#define REGISTERS (1u << PRECISION) /* of one byte each: a block */
#define RANK_MAX (64 - PRECISION)   /* leading zeros that the rest of the hash can have */

struct hosts_pool {
	void *spare; /* chain through the first word of each block */
	uint32_t made, max;
	uint64_t refused;
};

int hosts_pool_new(uint32_t max_blocks, struct hosts_pool **ret_pool)
{
	struct hosts_pool *pool = calloc(1, sizeof *pool);
	if (!pool)
		return -ENOMEM;
	pool->max = max_blocks;
	*ret_pool = pool;
	return 0;
}

void hosts_pool_free(struct hosts_pool *pool)
{
	if (!pool)
		return;
	while (pool->spare) {
		void *next = *(void **)pool->spare;
		free(pool->spare);
		pool->spare = next;
	}
	free(pool);
}

uint64_t hosts_pool_refused(const struct hosts_pool *pool)
{
	return pool->refused;
}

static void *take_block(struct hosts_pool *pool)
{
	void *block = pool->spare;
	if (block) {
		pool->spare = *(void **)block;
	} else if (pool->made < pool->max && (block = malloc(HOSTS_BLOCK_BYTES))) {
		pool->made++;
	} else {
		pool->refused++;
		return NULL;
	}
	memset(block, 0, HOSTS_BLOCK_BYTES);
	return block;
}

/* True when the hash was not in the table yet. */
static bool insert_exact(uint64_t *slots, uint64_t hash)
{
	for (uint32_t i = (uint32_t)(hash >> 32);; i++) {
		uint64_t *slot = &slots[i % SLOTS];
		if (*slot == hash)
			return false;
		if (*slot == 0) {
			*slot = hash;
			return true;
		}
	}
}

static void insert_sketch(uint8_t *registers, uint64_t hash)
{
	uint32_t index = (uint32_t)(hash >> (64 - PRECISION));
	/* The marker bit bounds the run of zeros. */
	uint64_t rest = hash << PRECISION | UINT64_C(1) << (PRECISION - 1);
	uint8_t rank = (uint8_t)(__builtin_clzll(rest) + 1);
	if (rank > registers[index])
		registers[index] = rank;
}

static bool is_known_inline(const struct hosts *hosts, uint64_t hash)
{
	for (uint32_t i = 0; i < hosts->count; i++)
		if (hosts->first[i] == hash)
			return true;
	return false;
}

static bool move_to_block(struct hosts *hosts, struct hosts_pool *pool)
{
	hosts->block = take_block(pool);
	if (!hosts->block) {
		hosts->is_cut = true;
		return false;
	}
	for (uint32_t i = 0; i < hosts->count; i++)
		insert_exact(hosts->block, hosts->first[i]);
	return true;
}

static void become_sketch(struct hosts *hosts)
{
	uint64_t exact[SLOTS];
	memcpy(exact, hosts->block, sizeof exact);
	memset(hosts->block, 0, HOSTS_BLOCK_BYTES);
	for (uint32_t i = 0; i < SLOTS; i++)
		if (exact[i])
			insert_sketch(hosts->block, exact[i]);
	hosts->is_sketch = true;
}

void hosts_add(struct hosts *hosts, struct hosts_pool *pool, uint64_t hash)
{
	if (hash == 0)
		hash = 1;
	if (!hosts->block) {
		if (is_known_inline(hosts, hash))
			return;
		if (hosts->count < HOSTS_INLINE) {
			hosts->first[hosts->count++] = hash;
			return;
		}
		if (!move_to_block(hosts, pool))
			return;
	}
	if (!hosts->is_sketch && insert_exact(hosts->block, hash) &&
		++hosts->count > HOSTS_EXACT_MAX)
		become_sketch(hosts);
	else if (hosts->is_sketch)
		insert_sketch(hosts->block, hash);
}

static void merge_sketch(struct hosts *hosts, struct hosts_pool *pool, const uint8_t *from)
{
	if (!hosts->block && !move_to_block(hosts, pool))
		return;
	if (!hosts->is_sketch)
		become_sketch(hosts);
	uint8_t *registers = hosts->block;
	for (uint32_t i = 0; i < REGISTERS; i++)
		if (from[i] > registers[i])
			registers[i] = from[i];
}

void hosts_merge(struct hosts *hosts, struct hosts_pool *pool, const struct hosts *from)
{
	hosts->is_cut |= from->is_cut;
	if (from->is_sketch) {
		merge_sketch(hosts, pool, from->block);
		return;
	}
	const uint64_t *hashes = from->block ? from->block : from->first;
	uint32_t count = from->block ? SLOTS : from->count;
	for (uint32_t i = 0; i < count; i++)
		if (hashes[i])
			hosts_add(hosts, pool, hashes[i]);
}

/* Ertl's sigma: x + sum of x^(2^k) 2^(k-1), for the registers that are still empty. */
static double sigma(double x)
{
	if (x == 1.0)
		return INFINITY;
	double weight = 1, sum = x, before;
	do {
		x *= x;
		before = sum;
		sum += x * weight;
		weight += weight;
	} while (sum != before);
	return sum;
}

/* Ertl's tau, for the registers that are at their limit. */
static double tau(double x)
{
	if (x == 0.0 || x == 1.0)
		return 0;
	double weight = 1, sum = 1 - x, before;
	do {
		x = sqrt(x);
		before = sum;
		weight *= 0.5;
		sum -= (1 - x) * (1 - x) * weight;
	} while (sum != before);
	return sum / 3;
}

static double estimate(const uint8_t *registers)
{
	uint32_t histogram[RANK_MAX + 2] = {0};
	const double m = REGISTERS;
	for (uint32_t i = 0; i < REGISTERS; i++)
		histogram[registers[i]]++;
	double z = m * tau(1 - histogram[RANK_MAX + 1] / m);
	for (int rank = RANK_MAX; rank >= 1; rank--)
		z = 0.5 * (z + histogram[rank]);
	z += m * sigma(histogram[0] / m);
	/* The constant is 1 / (2 ln 2). */
	return 0.72134752044448170367996234050095 * m * m / z;
}

double hosts_count(const struct hosts *hosts)
{
	return hosts->is_sketch ? floor(estimate(hosts->block) + 0.5) : hosts->count;
}

void hosts_save(const struct hosts *hosts, struct pack_writer *writer)
{
	pack_put_u8(writer, hosts->is_sketch);
	pack_put_u8(writer, hosts->is_cut);
	if (hosts->is_sketch) {
		pack_put_bytes(writer, hosts->block, HOSTS_BLOCK_BYTES);
		return;
	}
	const uint64_t *hashes = hosts->block ? hosts->block : hosts->first;
	uint32_t places = hosts->block ? SLOTS : hosts->count;
	pack_put_u32(writer, hosts->count);
	for (uint32_t i = 0; i < places; i++)
		if (hashes[i])
			pack_put_u64(writer, hashes[i]);
}

/* Registers that no hosts can have set are an error, and become such that can be counted. */
static void check_registers(uint8_t *registers, struct pack_reader *reader)
{
	for (uint32_t i = 0; i < REGISTERS; i++)
		if (registers[i] > RANK_MAX + 1) {
			registers[i] = 0;
			pack_fail(reader);
		}
	if (!isfinite(estimate(registers)))
		pack_fail(reader);
}

void hosts_load(struct hosts *hosts, struct hosts_pool *pool, struct pack_reader *reader)
{
	bool is_sketch = pack_get_bool(reader);
	bool is_cut = pack_get_bool(reader);
	if (is_sketch) {
		uint8_t registers[HOSTS_BLOCK_BYTES];
		pack_get_bytes(reader, registers, sizeof registers);
		check_registers(registers, reader);
		merge_sketch(hosts, pool, registers);
	} else {
		uint32_t count = pack_get_count(reader, HOSTS_EXACT_MAX);
		for (uint32_t i = 0; i < count; i++)
			hosts_add(hosts, pool, pack_get_u64(reader));
	}
	hosts->is_cut |= is_cut;
}

void hosts_clear(struct hosts *hosts, struct hosts_pool *pool)
{
	if (hosts->block) {
		*(void **)hosts->block = pool->spare;
		pool->spare = hosts->block;
	}
	*hosts = (struct hosts){0};
}

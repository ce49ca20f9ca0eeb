/* SPDX-License-Identifier: Apache-2.0 */
#ifndef METER_HOSTS_H
#define METER_HOSTS_H
/*
 * How many distinct hosts: exact while they are few, a mergeable sketch above. Sets of hosts are
 * merged in any order with the same result, so that shards and buckets add up.
 *
 * A set begins with a few hashes in place. Then it takes a block of 4 KiB from a bounded pool:
 * first as a hash table of up to HOSTS_EXACT_MAX hosts, then as a HyperLogLog of 2^12 registers
 * (standard error 1.04 / sqrt(4096) = 1.6 %). The estimator is Ertl's improved raw estimator (O.
 * Ertl, "New cardinality estimation algorithms for HyperLogLog sketches", arXiv:1702.01284,
 * algorithm 6), which needs no correction tables and is unbiased over the whole range.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/pack.h"

#define HOSTS_INLINE 6
#define HOSTS_BLOCK_BYTES 4096
#define HOSTS_EXACT_MAX 384 /* of 512 slots of 8 bytes */

struct hosts_pool;

/* A set of hosts, zeroed at first. Holds a block of the pool until it is cleared. */
struct hosts {
	uint32_t count; /* exact hosts; unused once it is a sketch */
	bool is_sketch;
	bool is_cut; /* a host was left out because the pool was empty */
	void *block;
	uint64_t first[HOSTS_INLINE];
};

/* A pool of at most `max_blocks` blocks, taken from the heap as they are needed. 0 or -ENOMEM. */
int hosts_pool_new(uint32_t max_blocks, struct hosts_pool **ret_pool);
void hosts_pool_free(struct hosts_pool *pool);

/* Additions that found the pool empty; such sets count too few. */
uint64_t hosts_pool_refused(const struct hosts_pool *pool);

/* Adds the host with this 64-bit hash (uniform; never 0, which is taken for 1). */
void hosts_add(struct hosts *hosts, struct hosts_pool *pool, uint64_t hash);

/* Adds all hosts of `from`. */
void hosts_merge(struct hosts *hosts, struct hosts_pool *pool, const struct hosts *from);

/* The number of distinct hosts: exact up to HOSTS_EXACT_MAX. */
double hosts_count(const struct hosts *hosts);

/* Packs the set. */
void hosts_save(const struct hosts *hosts, struct pack_writer *writer);

/* Takes a packed set into an empty one; it counts and merges as the saved one did, if its hashes
 * have the same key. Bytes that make no sense are told by the reader's error. */
void hosts_load(struct hosts *hosts, struct hosts_pool *pool, struct pack_reader *reader);

/* Empties the set and gives its block back. */
void hosts_clear(struct hosts *hosts, struct hosts_pool *pool);

#endif

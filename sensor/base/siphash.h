/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_SIPHASH_H
#define BASE_SIPHASH_H
/*
 * SipHash (Aumasson, Bernstein: "SipHash: a fast short-input PRF", INDOCRYPT 2012): a keyed hash,
 * so that whoever chooses the hashed bytes cannot choose the hash bucket.
 */
#include <stddef.h>
#include <stdint.h>

struct siphash_key {
	uint64_t words[2];
};

/* A key made from `seed`: the same seed gives the same key. */
struct siphash_key siphash_key_from_seed(uint64_t seed);

/* SipHash-2-4 of `bytes` bytes at `data`: the variant with a published security margin. */
uint64_t siphash_2_4(const struct siphash_key *key, const void *data, size_t bytes);

/* SipHash-1-3: about twice as fast, enough for hash tables that never show their hashes. */
uint64_t siphash_1_3(const struct siphash_key *key, const void *data, size_t bytes);

#endif

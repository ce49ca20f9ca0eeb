/* SPDX-License-Identifier: Apache-2.0 */
#include "base/siphash.h"

#include <endian.h>
#include <string.h>

struct state {
	uint64_t v0, v1, v2, v3;
};

static inline uint64_t rotate_left(uint64_t value, unsigned bits)
{
	return value << bits | value >> (64 - bits);
}

static inline void mix(struct state *s, int rounds)
{
	for (int i = 0; i < rounds; i++) {
		s->v0 += s->v1;
		s->v2 += s->v3;
		s->v1 = rotate_left(s->v1, 13) ^ s->v0;
		s->v3 = rotate_left(s->v3, 16) ^ s->v2;
		s->v0 = rotate_left(s->v0, 32);
		s->v2 += s->v1;
		s->v0 += s->v3;
		s->v1 = rotate_left(s->v1, 17) ^ s->v2;
		s->v3 = rotate_left(s->v3, 21) ^ s->v0;
		s->v2 = rotate_left(s->v2, 32);
	}
}

static inline void absorb(struct state *s, uint64_t word, int rounds)
{
	s->v3 ^= word;
	mix(s, rounds);
	s->v0 ^= word;
}

/* The last word holds the remaining 0..7 bytes and, on top, the length modulo 256. */
static inline uint64_t tail(const uint8_t *data, size_t bytes)
{
	uint64_t word = 0;

	memcpy(&word, data, bytes & 7);
	return le64toh(word) | (uint64_t)bytes << 56;
}

static inline uint64_t hash(
	const struct siphash_key *key, const void *data, size_t bytes, int absorbing, int finishing)
{
	struct state s = {
		key->words[0] ^ 0x736f6d6570736575,
		key->words[1] ^ 0x646f72616e646f6d,
		key->words[0] ^ 0x6c7967656e657261,
		key->words[1] ^ 0x7465646279746573,
	};
	const uint8_t *at = data;
	uint64_t word;

	for (size_t left = bytes; left >= 8; left -= 8, at += 8) {
		memcpy(&word, at, 8);
		absorb(&s, le64toh(word), absorbing);
	}
	if (bytes & 7)
		absorb(&s, tail(at, bytes), absorbing);
	else
		absorb(&s, (uint64_t)bytes << 56, absorbing);
	s.v2 ^= 0xff;
	mix(&s, finishing);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

/* SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): spreads a seed of few bits over the whole key. */
static uint64_t split_mix(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

struct siphash_key siphash_key_from_seed(uint64_t seed)
{
	struct siphash_key key;

	key.words[0] = split_mix(&seed);
	key.words[1] = split_mix(&seed);
	return key;
}

uint64_t siphash_2_4(const struct siphash_key *key, const void *data, size_t bytes)
{
	return hash(key, data, bytes, 2, 4);
}

uint64_t siphash_1_3(const struct siphash_key *key, const void *data, size_t bytes)
{
	return hash(key, data, bytes, 1, 3);
}

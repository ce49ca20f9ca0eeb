/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPOSE_RANDOM_H
#define COMPOSE_RANDOM_H
/*
 * Numbers that look random and are the same on every machine: xoshiro256** (Blackman, Vigna 2018)
 * seeded through splitmix64. Floating point uses only + - * / and exact scaling, which IEEE 754
 * fixes to the last bit; nothing here calls the C library's exp, log or rand, which differ between
 * versions.
 */
#include <stddef.h>
#include <stdint.h>

struct random_stream {
	uint64_t state[4];
};

/* Starts the stream that belongs to `seed` and `name`. Streams of different names are independent,
 * so one more kind in a scenario leaves the traffic of the others as it was. */
void random_init(struct random_stream *stream, uint64_t seed, const char *name);

uint64_t random_next(struct random_stream *stream);

/* A number in 0..bound-1; 0 when bound is 0. */
uint64_t random_below(struct random_stream *stream, uint64_t bound);

/* A number in [0, 1) of 53 bits. */
double random_unit(struct random_stream *stream);

/* Mean 0, variance 1: the sum of twelve uniform numbers less six (Irwin-Hall), within +-6. */
double random_normal(struct random_stream *stream);

/* A Poisson count by Knuth's product method; takes time in proportion to `mean`. */
uint64_t random_poisson(struct random_stream *stream, double mean);

/* 1, 2, 3 ... with the given mean (at least 1), geometrically distributed, at most 1000. */
unsigned random_geometric(struct random_stream *stream, double mean);

/* Puts 0..count-1 into `ret_order` in random order (Fisher-Yates). */
void random_permute(struct random_stream *stream, uint32_t *ret_order, size_t count);

/* e to the power of x, for |x| <= 700, with a relative error below 1e-14. */
double random_exp(double x);

#endif

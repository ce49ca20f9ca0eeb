/* SPDX-License-Identifier: Apache-2.0 */
#include "random.h"

#include <math.h>

#define POISSON_STEP 16.0 /* e^-16 leaves the product method far from underflow */
#define GEOMETRIC_MAX 1000

static uint64_t splitmix64(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static uint64_t rotate_left(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

void random_init(struct random_stream *stream, uint64_t seed, const char *name)
{
	uint64_t state = seed;

	for (const char *c = name; *c; c++)
		state = splitmix64(&state) ^ (uint8_t)*c;
	for (size_t i = 0; i < 4; i++)
		stream->state[i] = splitmix64(&state);
}

uint64_t random_next(struct random_stream *stream)
{
	uint64_t *s = stream->state;
	uint64_t result = rotate_left(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate_left(s[3], 45);
	return result;
}

uint64_t random_below(struct random_stream *stream, uint64_t bound)
{
	return (uint64_t)((unsigned __int128)random_next(stream) * bound >> 64);
}

double random_unit(struct random_stream *stream)
{
	return (double)(random_next(stream) >> 11) * 0x1p-53;
}

double random_normal(struct random_stream *stream)
{
	double sum = -6;

	for (int i = 0; i < 12; i++)
		sum += random_unit(stream);
	return sum;
}

static uint64_t poisson_small(struct random_stream *stream, double mean)
{
	double limit = random_exp(-mean), product = random_unit(stream);
	uint64_t count = 0;

	for (; product > limit; count++)
		product *= random_unit(stream);
	return count;
}

uint64_t random_poisson(struct random_stream *stream, double mean)
{
	uint64_t count = 0;

	for (; mean > POISSON_STEP; mean -= POISSON_STEP)
		count += poisson_small(stream, POISSON_STEP);
	return mean > 0 ? count + poisson_small(stream, mean) : count;
}

unsigned random_geometric(struct random_stream *stream, double mean)
{
	double more = 1 - 1 / mean;
	unsigned count = 1;

	while (count < GEOMETRIC_MAX && random_unit(stream) < more)
		count++;
	return count;
}

void random_permute(struct random_stream *stream, uint32_t *ret_order, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t j = random_below(stream, i + 1);

		ret_order[i] = ret_order[j];
		ret_order[j] = (uint32_t)i;
	}
}

double random_exp(double x)
{
	const double ln2 = 0.69314718055994530942;
	int power = (int)(x / ln2 + (x < 0 ? -0.5 : 0.5));
	double rest = x - power * ln2, term = 1, sum = 1;

	for (int i = 1; i <= 16; i++) {
		term = term * rest / i;
		sum += term;
	}
	return ldexp(sum, power);
}

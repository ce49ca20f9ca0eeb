/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/pulse.h"

#include <stddef.h>

#define HOUR_S 3600
#define LEVEL_MAX 1e30 /* of what is loaded; the sum over all hours is finite */

void pulse_put(struct pulse *pulse, int64_t start_s, double level)
{
	uint32_t number = (uint32_t)(start_s / HOUR_S);
	pulse->hour[number % PULSE_HOURS] = number + 1;
	pulse->level[number % PULSE_HOURS] = (float)level;
}

static const float *find_hour(const struct pulse *pulse, int64_t number)
{
	uint32_t slot = (uint32_t)(number % PULSE_HOURS);
	return pulse->hour[slot] == (uint32_t)number + 1 ? &pulse->level[slot] : NULL;
}

/* The mean level of the remembered hours of a stretch; 1 without any, or when all are zero. */
static double find_mean(const struct pulse *pulse, int64_t from_s, int64_t until_s)
{
	double sum = 0;
	uint32_t count = 0;
	for (int64_t hour = from_s / HOUR_S; hour * HOUR_S < until_s; hour++) {
		const float *level = find_hour(pulse, hour);
		if (!level)
			continue;
		sum += (double)*level;
		count++;
	}
	return sum > 0 ? sum / count : 1;
}

/* A walk over the hours of a stretch, which adds up activity. */
struct walk {
	const struct pulse *pulse;
	double mean, sum;
	int64_t time_s;
};

static void walk_to(struct walk *walk, int64_t time_s)
{
	while (walk->time_s < time_s) {
		int64_t hour = walk->time_s / HOUR_S;
		int64_t behind_s = (hour + 1) * HOUR_S;
		int64_t until_s = behind_s < time_s ? behind_s : time_s;
		const float *level = find_hour(walk->pulse, hour);
		walk->sum +=
			(level ? (double)*level : walk->mean) * (double)(until_s - walk->time_s);
		walk->time_s = until_s;
	}
}

void pulse_warp(const struct pulse *pulse, int64_t from_s, int64_t until_s, const uint32_t *times_s,
	uint32_t count, double *ret_parts)
{
	struct walk walk = {pulse, find_mean(pulse, from_s, until_s), 0, from_s};
	for (uint32_t i = 0; i < count; i++) {
		walk_to(&walk, times_s[i]);
		ret_parts[i] = walk.sum;
	}
	walk_to(&walk, until_s);
	for (uint32_t i = 0; i < count && walk.sum > 0; i++)
		ret_parts[i] /= walk.sum;
}

void pulse_save(const struct pulse *pulse, struct pack_writer *writer)
{
	for (int i = 0; i < PULSE_HOURS; i++) {
		pack_put_u32(writer, pulse->hour[i]);
		pack_put_double(writer, (double)pulse->level[i]);
	}
}

void pulse_load(struct pulse *pulse, struct pack_reader *reader)
{
	for (int i = 0; i < PULSE_HOURS; i++) {
		pulse->hour[i] = pack_get_u32(reader);
		pulse->level[i] = (float)pack_get_amount(reader, LEVEL_MAX);
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/season.h"

#include <string.h>

#define HOUR_S 3600
#define DAY_S 86400
#define MONDAY_S (4 * DAY_S) /* the first Monday after the epoch, a Thursday */
#define SHRINK 5.0           /* counts */
#define FINE_SHRINK 20.0     /* counts */

/* Relative variances of factors not seen yet: an hour of the day (peak to trough about 7), the same
 * hour on another day (a weekend at half), a share's hour. */
#define HOUR_UNKNOWN 0.60
#define WEEKDAY_UNKNOWN 0.15
#define SHARE_UNKNOWN 0.20

static uint32_t hour_of_week(int64_t time_s)
{
	int64_t hour = (time_s - MONDAY_S) / HOUR_S % SEASON_HOURS;
	return (uint32_t)(hour < 0 ? hour + SEASON_HOURS : hour);
}

static uint32_t share_slot(uint32_t hour)
{
	bool weekend = hour >= 5 * 24;
	return hour % 24 + (weekend ? 24u : 0u);
}

/* Packed numbers: 6 bits of exponent above 10 of mantissa, no sign. A slot is taught at most once
 * an hour, with a memory of at most 56 lessons, so that rounding to 0.05 % does not add up. */
#define PACKED_BIAS 12
#define PACKED_MAX UINT16_MAX

static double unpack(uint16_t packed)
{
	uint32_t bits = ((packed >> 10) + 127u - PACKED_BIAS) << 23 | (packed & 0x3ffu) << 13;
	float value;
	if (packed < 1u << 10)
		return 0.0;
	memcpy(&value, &bits, sizeof value);
	return (double)value;
}

static uint16_t pack(double number)
{
	float value = (float)number;
	uint32_t bits;
	memcpy(&bits, &value, sizeof bits);
	bits += 1u << 12; /* round to nearest */
	int32_t exponent = (int32_t)(bits >> 23) - 127 + PACKED_BIAS;
	if (exponent < 1)
		return 0;
	if (exponent > 63)
		return PACKED_MAX;
	return (uint16_t)((uint32_t)exponent << 10 | (bits >> 13 & 0x3ffu));
}

/* Most corrections are near 1, so they need more to be believed. */
static double correction(const struct season_slot *slot)
{
	return (unpack(slot->got) + FINE_SHRINK) / (unpack(slot->due) + FINE_SHRINK);
}

static double shrunk(const struct season_slot *slot, double prior)
{
	return (unpack(slot->got) + SHRINK * prior) / (unpack(slot->due) + SHRINK);
}

static double unseen(double due)
{
	return SHRINK / (due + SHRINK);
}

static struct season_factor factor_of_hour(const struct season *season, uint32_t hour, bool fine)
{
	double got = SHRINK, due = SHRINK; /* of this hour on any day */
	for (uint32_t i = hour % 24; i < SEASON_HOURS; i += 24) {
		got += unpack(season->hour[i].got);
		due += unpack(season->hour[i].due);
	}
	const struct season_slot *slot = &season->hour[hour];
	double fix = fine ? correction(&season->fine_hour[hour % 24]) : 1.0;
	return (struct season_factor){
		.factor = shrunk(slot, got / due) * fix,
		.unknown = unseen(unpack(slot->due)) *
			   (WEEKDAY_UNKNOWN + 1.0 / (due + 1.0 / HOUR_UNKNOWN)),
	};
}

static struct season_factor factor_of_share_hour(
	const struct season *season, uint32_t hour, bool fine)
{
	const struct season_slot *slot = &season->share_hour[share_slot(hour)];
	double fix = fine ? correction(&season->fine_share_hour[share_slot(hour)]) : 1.0;
	return (struct season_factor){
		.factor = shrunk(slot, 1.0) * fix,
		.unknown = SHARE_UNKNOWN * unseen(unpack(slot->due)),
	};
}

/* Between the middles of the two hours next to the middle of the bucket. */
static struct season_factor interpolate(const struct season *season, int64_t start_s,
	uint32_t scale_s, bool fine,
	struct season_factor (*of_hour)(const struct season *, uint32_t, bool))
{
	int64_t left_s = start_s + scale_s / 2 - HOUR_S / 2;
	int64_t into_s = left_s % HOUR_S;
	if (into_s < 0)
		into_s += HOUR_S;
	uint32_t hour = hour_of_week(left_s - into_s);
	double right = (double)into_s / HOUR_S;
	struct season_factor a = of_hour(season, hour, fine);
	if (into_s == 0)
		return a;
	struct season_factor b = of_hour(season, (hour + 1) % SEASON_HOURS, fine);
	return (struct season_factor){
		.factor = a.factor + (b.factor - a.factor) * right,
		.unknown = a.unknown + (b.unknown - a.unknown) * right,
	};
}

static struct season_factor factor_of_day(
	const struct season_slot *days, int64_t start_s, double unknown)
{
	const struct season_slot *slot = &days[hour_of_week(start_s) / 24];
	return (struct season_factor){
		.factor = shrunk(slot, 1.0),
		.unknown = unknown * unseen(unpack(slot->due)),
	};
}

struct season_factor season_of_count(
	const struct season *season, int64_t start_s, uint32_t scale_s, bool fine)
{
	if (scale_s > DAY_S)
		return (struct season_factor){.factor = 1.0};
	if (!(scale_s < DAY_S ? season->hours_known : season->days_known))
		return (struct season_factor){.factor = 1.0, .unknown = HOUR_UNKNOWN};
	if (scale_s == DAY_S)
		return factor_of_day(season->day, start_s, WEEKDAY_UNKNOWN);
	return interpolate(season, start_s, scale_s, fine, factor_of_hour);
}

struct season_factor season_of_share(
	const struct season *season, int64_t start_s, uint32_t scale_s, bool fine)
{
	if (scale_s > DAY_S)
		return (struct season_factor){.factor = 1.0};
	if (!(scale_s < DAY_S ? season->hours_known : season->days_known))
		return (struct season_factor){.factor = 1.0, .unknown = SHARE_UNKNOWN};
	if (scale_s == DAY_S)
		return factor_of_day(season->share_day, start_s, SHARE_UNKNOWN);
	return interpolate(season, start_s, scale_s, fine, factor_of_share_hour);
}

static void teach(struct season_slot *slot, double keep, double got, double due)
{
	slot->got = pack(unpack(slot->got) * keep + got);
	slot->due = pack(unpack(slot->due) * keep + due);
}

/* A slot that is taught `visits` times as often forgets as much less per lesson. */
static double spread_keep(double keep, double visits)
{
	return 1.0 - (1.0 - keep) / visits;
}

static void learn_hour(struct season *season, uint32_t hour, const struct season_lesson *lesson)
{
	teach(&season->hour[hour], lesson->keep, lesson->got, lesson->due);
	if (lesson->share_due > 0.0)
		teach(&season->share_hour[share_slot(hour)],
			spread_keep(lesson->keep, hour < 5 * 24 ? 5.0 : 2.0), lesson->got,
			lesson->share_due);
}

static void learn_day(struct season *season, uint32_t day, const struct season_lesson *lesson)
{
	teach(&season->day[day], lesson->keep, lesson->got, lesson->due);
	if (lesson->share_due > 0.0)
		teach(&season->share_day[day], lesson->keep, lesson->got, lesson->share_due);
}

void season_learn(struct season *season, int64_t start_s, uint32_t scale_s,
	const struct season_lesson *lesson)
{
	if (scale_s < DAY_S)
		learn_hour(season, hour_of_week(start_s + scale_s / 2), lesson);
	else if (scale_s == DAY_S)
		learn_day(season, hour_of_week(start_s) / 24, lesson);
}

static void settle(struct season_slot *slots, uint32_t count, double level)
{
	for (uint32_t i = 0; i < count; i++)
		slots[i].due = pack(unpack(slots[i].due) * level);
}

void season_settle(struct season *season, uint32_t scale_s, double level, double share_level)
{
	if (scale_s < DAY_S) {
		settle(season->hour, SEASON_HOURS, level);
		settle(season->share_hour, SEASON_SHARE_HOURS, share_level);
		season->hours_known = true;
	} else if (scale_s == DAY_S) {
		settle(season->day, SEASON_DAYS, level);
		settle(season->share_day, SEASON_DAYS, share_level);
		season->days_known = true;
	}
}

void season_learn_fine(struct season *season, int64_t start_s, uint32_t scale_s,
	const struct season_lesson *lesson)
{
	uint32_t hour = hour_of_week(start_s + scale_s / 2);
	struct season_slot *slot = &season->fine_hour[hour % 24];
	teach(slot, spread_keep(lesson->keep, 7.0), lesson->got, lesson->due / correction(slot));
	slot = &season->fine_share_hour[share_slot(hour)];
	if (lesson->share_due > 0.0)
		teach(slot, spread_keep(lesson->keep, hour < 5 * 24 ? 5.0 : 2.0), lesson->got,
			lesson->share_due / correction(slot));
}

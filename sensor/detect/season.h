/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DETECT_SEASON_H
#define DETECT_SEASON_H
/*
 * The rhythm of a count by the UTC clock: a factor around 1 per hour of the week (buckets below a
 * day) or day of the week (buckets of a day); coarser buckets have none.
 *
 * A slot holds what it got and what was due without a season, both with a memory of 8 weeks. Its
 * factor is (got + c prior) / (due + c), shrunk by c = 5 counts towards the mean of that hour over
 * all days, which is shrunk towards 1: an empirical-Bayes estimate for Poisson counts with a gamma
 * prior.
 */
#include <stdbool.h>
#include <stdint.h>

#define SEASON_HOURS 168
#define SEASON_DAYS 7
#define SEASON_SHARE_HOURS 48

struct season_slot {
	uint16_t got, due; /* counts, decayed; packed to 11 significant bits, 2^-11 to 2^52 */
};

/*
 * Of the count itself; of its share, which needs fewer slots: 24 for weekdays, 24 for the weekend.
 * Distinct hosts have another rhythm by the minute than by the hour, since they saturate: where an
 * hourly scale teaches the season, finer scales keep a correction of it.
 */
struct season {
	struct season_slot hour[SEASON_HOURS];
	struct season_slot day[SEASON_DAYS];
	struct season_slot fine_hour[24];
	struct season_slot share_hour[SEASON_SHARE_HOURS];
	struct season_slot share_day[SEASON_DAYS];
	struct season_slot fine_share_hour[SEASON_SHARE_HOURS];
	bool hours_known, days_known; /* settled: before, factors are 1 and `due` is in exposures */
};

/* A factor and how little is known about it. */
struct season_factor {
	double factor;  /* > 0 */
	double unknown; /* relative variance of the factor, about 0 when learnt */
};

/* The factor of the count, and of the share, for the bucket that starts at `start_s`. Hours are
 * interpolated for buckets below an hour. `fine`: with the finer scales' correction. */
struct season_factor season_of_count(
	const struct season *season, int64_t start_s, uint32_t scale_s, bool fine);
struct season_factor season_of_share(
	const struct season *season, int64_t start_s, uint32_t scale_s, bool fine);

/* A lesson: `got` counts where `due` and `share_due` were expected: by the level alone, or for the
 * correction with all that is known. `share_due` 0: the share is left alone. */
struct season_lesson {
	double got, due, share_due;
	double keep; /* what a slot keeps per lesson */
};

/* Teaches the slots of the bucket that starts at `start_s`. */
void season_learn(struct season *season, int64_t start_s, uint32_t scale_s,
	const struct season_lesson *lesson);

/* Ends the warm-up of that scale, in which lessons were given in exposures (buckets x coverage,
 * rest) since no level was known yet: with the level, and the share's, they become counts. */
void season_settle(struct season *season, uint32_t scale_s, double level, double share_level);

/* Teaches the correction of finer scales. */
void season_learn_fine(struct season *season, int64_t start_s, uint32_t scale_s,
	const struct season_lesson *lesson);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DETECT_SETTINGS_H
#define DETECT_SETTINGS_H
/*
 * What all detectors of one sensor share: the scales, the metrics and the one knob.
 *
 * The knob is `alarms_per_year`, for the whole sensor. The threshold of a scale follows from it:
 *   h = ln(buckets per year x watched pairs x scales / alarms per year)
 * since the evidence is an e-detector (Shin, Ramdas, Rinaldo 2022), whose mean time to a false
 * alarm is at least e^h buckets.
 */
#include <stdbool.h>
#include <stdint.h>

#define DETECT_SCALES_MAX 4

enum detect_metric {
	DETECT_HOSTS,
	DETECT_FLOWS,
	DETECT_METRICS, /* how many there are */
};

/* One scale: the length of its buckets and what follows from it. */
struct detect_scale {
	double threshold;  /* h, natural logarithm of odds */
	double memory;     /* of a level, buckets */
	double leak;       /* what the evidence keeps per bucket */
	double close;      /* evidence for the baseline that ends an episode */
	int64_t settle_s;  /* an episode older than this is the new normal */
	uint32_t warm;     /* buckets learnt from before the scale speaks */
	uint32_t learning; /* buckets learnt from until the baseline is no longer young */
};

struct detect_settings {
	uint32_t scale_count;                          /* 1..DETECT_SCALES_MAX */
	uint32_t scale_s[DETECT_SCALES_MAX];           /* bucket lengths, ascending, s */
	struct detect_scale scales[DETECT_SCALES_MAX]; /* in the same order */
	uint32_t metrics;                              /* bit set over enum detect_metric */
	uint32_t season_scale; /* index of the scale that teaches the hour-of-week season */
	uint32_t trend_scale;  /* index of the scale that feeds the 28-day trend */
	double gate_ratio;     /* smallest observed/expected worth an alert */
	double gate_excess[DETECT_METRICS]; /* smallest observed - expected worth an alert, rounded
					     */
};

/* The sensor's settings: 60 s, 3600 s, 86400 s and 604800 s, hosts and flows. `alarms_per_year` > 0
 * is for the whole sensor; `pairs` >= 1 counts its watched (range, technique) pairs. Returns 0, or
 * -EINVAL when either is out of bounds. */
int detect_settings_init(
	struct detect_settings *ret_settings, double alarms_per_year, uint32_t pairs);

/* Settings for series of one metric at one scale: `scale_s` is 60, 300, 3600, 86400 or 604800, else
 * -EINVAL. */
int detect_settings_init_single(struct detect_settings *ret_settings, enum detect_metric metric,
	uint32_t scale_s, double alarms_per_year, uint32_t pairs);

#endif

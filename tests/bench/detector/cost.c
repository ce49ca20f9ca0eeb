/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cost: what the detector takes. Prints the bytes of a series over all scales, and the nanoseconds
 * of an update of one series: silent minutes, busy minutes, hours.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "detect/detector.h"

#define UPDATES 2000000

static double now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* Mean of one metric's update, ns. Counts are 0..2 x mean, without a generator's cost. */
static double measure(const struct detect_settings *settings, uint32_t scale, double mean)
{
	struct detector *detector = calloc(1, detector_size(settings));
	struct detect_event event;
	if (detector == NULL)
		return NAN;
	detector_init(detector, settings);
	double begin = now_ns();
	for (uint32_t i = 0; i < UPDATES; i++) {
		double count = floor(mean * (double)((i * 2654435761u >> 16) % 1000) / 500.0);
		struct detect_input input = {
			.start_s = (int64_t)i * settings->scale_s[scale],
			.count = {count, count},
			.rest = {100.0, 300.0},
			.coverage = 1.0,
		};
		detector_update(detector, settings, scale, &input, &event);
	}
	double taken = now_ns() - begin;
	free(detector);
	return taken / UPDATES / DETECT_METRICS;
}

int main(void)
{
	struct detect_settings settings;
	if (detect_settings_init(&settings, 12.0, 100) < 0)
		return 1;
	double bytes = (double)detector_size(&settings) / DETECT_METRICS;
	double silent = measure(&settings, 0, 0.0), busy = measure(&settings, 0, 50.0);
	double hour = measure(&settings, 1, 5.0);
	printf("%.0f %.0f %.0f %.0f\n", bytes, silent, busy, hour);
	return 0;
}

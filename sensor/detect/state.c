/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/state.h"

#include <math.h>
#include <string.h>

static uint32_t count_bits(uint32_t bits)
{
	return (uint32_t)__builtin_popcount(bits);
}

static size_t series_size(const struct detect_settings *settings)
{
	return sizeof(struct series) + settings->scale_count * sizeof(struct track);
}

size_t detector_size(const struct detect_settings *settings)
{
	return sizeof(struct detector) + count_bits(settings->metrics) * series_size(settings);
}

void detector_init(struct detector *detector, const struct detect_settings *settings)
{
	memset(detector, 0, detector_size(settings));
}

struct series *state_series(const struct detector *detector, const struct detect_settings *settings,
	enum detect_metric metric)
{
	uint32_t bit = 1u << metric;
	if (!(settings->metrics & bit))
		return NULL;
	uint32_t before = count_bits(settings->metrics & (bit - 1));
	return (struct series *)(detector->series + before * series_size(settings));
}

void detector_outlook(const struct detector *detector, const struct detect_settings *settings,
	uint32_t scale, enum detect_metric metric, struct detect_outlook *ret_outlook)
{
	const struct series *series = state_series(detector, settings, metric);
	*ret_outlook = (struct detect_outlook){.open = detector->episode.open};
	if (series == NULL)
		return;
	const struct track *track = &series->track[scale];
	double expected = (double)track->expected;
	double deviation = sqrt((double)track->variance);
	ret_outlook->expected = expected;
	ret_outlook->low = fmax(0.0, expected - 2.0 * deviation);
	ret_outlook->high = expected + 2.0 * deviation;
	ret_outlook->score = (double)track->score;
	ret_outlook->method = (enum detect_method)track->method;
	ret_outlook->learning = track->baseline.samples < settings->scales[scale].learning;
}

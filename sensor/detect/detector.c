/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/detector.h"

#include <math.h>
#include <string.h>

#include "detect/explain.h"
#include "detect/opening.h"
#include "detect/state.h"

#define COVERAGE_MIN 0.05
#define FIRST_USE_S 86400.0 /* of silence before a first use is news */
#define BURST_BUCKETS 3     /* an episode not longer than this was a burst */

static void expect(struct detector *detector, const struct detect_settings *settings,
	uint32_t scale, const struct detect_input *input, struct reading *ret_reading)
{
	for (int m = 0; m < DETECT_METRICS; m++) {
		enum detect_metric metric = (enum detect_metric)m;
		struct series *series = state_series(detector, settings, metric);
		ret_reading->expected[m] = NULL;
		if (series == NULL)
			continue;
		struct track *track = &series->track[scale];
		struct expectation *expected = &ret_reading->expectation[m];
		baseline_expect(&track->baseline, &series->season, settings, scale, metric, input,
			expected);
		ret_reading->expected[m] = expected;
		track->expected = (float)expected->best;
		track->variance = (float)expected->variance;
		track->method = (uint8_t)expected->method;
	}
}

/* ln((e^hosts + e^flows) / 2): either may speak, at the price of ln 2. */
static double combine(const struct reading *reading)
{
	double top = -INFINITY, sum = 0.0, used = 0.0;
	for (int m = 0; m < DETECT_METRICS; m++)
		if (reading->expected[m] != NULL)
			top = fmax(top, reading->scores[m]);
	for (int m = 0; m < DETECT_METRICS; m++) {
		if (reading->expected[m] == NULL)
			continue;
		sum += exp(reading->scores[m] - top);
		used += 1.0;
	}
	return top + log(sum / used);
}

static void weigh(struct detector *detector, const struct detect_settings *settings, uint32_t scale,
	const struct detect_input *input, struct reading *reading)
{
	for (int m = 0; m < DETECT_METRICS; m++) {
		struct series *series = state_series(detector, settings, (enum detect_metric)m);
		reading->scores[m] = 0.0;
		if (series == NULL)
			continue;
		struct track *track = &series->track[scale];
		if (track->baseline.samples >= settings->scales[scale].warm)
			reading->scores[m] =
				evidence_update(&track->evidence, &settings->scales[scale],
					(enum detect_metric)m, input, reading->expected[m]);
	}
	reading->score = combine(reading);
	for (int m = 0; m < DETECT_METRICS; m++) {
		struct series *series = state_series(detector, settings, (enum detect_metric)m);
		if (series == NULL)
			continue;
		series->track[scale].score = (float)reading->score;
		series->track[scale].own_score = (float)reading->scores[m];
	}
}

static void learn(struct detector *detector, const struct detect_settings *settings, uint32_t scale,
	const struct detect_input *input, const struct reading *reading)
{
	for (int m = 0; m < DETECT_METRICS; m++) {
		struct series *series = state_series(detector, settings, (enum detect_metric)m);
		if (series == NULL)
			continue;
		baseline_learn(&series->track[scale].baseline, &series->season, settings, scale,
			(enum detect_metric)m, input, reading->expected[m], reading->scores[m]);
	}
}

static void learn_burst(struct detector *detector, const struct detect_settings *settings)
{
	const struct episode *episode = &detector->episode;
	for (int m = 0; m < DETECT_METRICS; m++) {
		struct series *series = state_series(detector, settings, (enum detect_metric)m);
		const struct evidence_window *window = &episode->elevated[m];
		double mean;
		if (series == NULL || window->buckets == 0 || window->buckets > BURST_BUCKETS)
			continue;
		evidence_method(window, &mean);
		baseline_learn_burst(&series->track[episode->scale].baseline, &series->season,
			settings, episode->scale, window->start_s, window->buckets,
			(double)window->observed, mean);
	}
}

/* After a close: the evidence begins anew everywhere; at a new normal the levels move. */
static void start_over(struct detector *detector, const struct detect_settings *settings,
	int64_t end_s, enum detect_reason reason)
{
	struct episode *episode = &detector->episode;
	for (int m = 0; m < DETECT_METRICS; m++) {
		struct series *series = state_series(detector, settings, (enum detect_metric)m);
		if (series == NULL)
			continue;
		double ratio = episode_ratio(episode, (enum detect_metric)m);
		if (reason == DETECT_NEW_NORMAL)
			trend_tell(&series->trend, ratio);
		for (uint32_t i = 0; i < settings->scale_count; i++) {
			struct track *track = &series->track[i];
			memset(&track->evidence, 0, sizeof track->evidence);
			track->score = track->own_score = 0.0f;
			baseline_drop(&track->baseline);
			baseline_skip(&track->baseline);
			if (reason == DETECT_NEW_NORMAL)
				baseline_rescale(&track->baseline, ratio);
		}
	}
	learn_burst(detector, settings);
	episode_end(episode, reason == DETECT_NEW_NORMAL ? end_s : episode->elevated_s);
}

static bool follow_episode(struct detector *detector, const struct detect_settings *settings,
	uint32_t scale, const struct detect_input *input, const struct reading *reading,
	struct detect_event *event)
{
	struct episode *episode = &detector->episode;
	enum detect_reason reason = DETECT_BACK_TO_BASELINE;
	if (reading->score > settings->scales[scale].threshold)
		episode->scales |= 1u << scale;
	episode->peak = fmaxf(episode->peak, (float)reading->score);
	for (int m = 0; m < DETECT_METRICS; m++) {
		struct series *series = state_series(detector, settings, (enum detect_metric)m);
		if (series != NULL)
			baseline_fade(&series->track[scale].baseline);
	}
	event->kind = episode_update(episode, settings, scale, input, reading->expected, &reason);
	if (event->kind == DETECT_QUIET)
		return false;
	event->reason = reason;
	explain_episode(detector, settings, input, reading, event);
	if (event->kind == DETECT_CLOSE)
		start_over(detector, settings, input->start_s + settings->scale_s[scale], reason);
	return true;
}

static bool first_use(struct detector *detector, const struct detect_settings *settings,
	uint32_t scale, const struct detect_input *input)
{
	if (detector->used)
		return false;
	for (int m = 0; m < DETECT_METRICS; m++)
		if (settings->metrics & 1u << m && input->count[m] > 0.0)
			detector->used = true;
	if (!detector->used && scale == 0)
		detector->silent_s += input->coverage * settings->scale_s[0];
	return detector->used && detector->silent_s >= FIRST_USE_S;
}

static bool follow_trend(struct detector *detector, const struct detect_settings *settings,
	uint32_t scale, const struct detect_input *input, const struct reading *reading,
	struct detect_event *event)
{
	bool told = false;
	for (int m = 0; m < DETECT_METRICS; m++) {
		struct series *series = state_series(detector, settings, (enum detect_metric)m);
		struct trend_change change;
		if (series == NULL)
			continue;
		const struct expectation *expected = reading->expected[m];
		double variance_ratio = expected->variance / expected->best / expected->deflate;
		if (!trend_update(&series->trend, input->start_s, input->count[m], input->coverage,
			    variance_ratio, &change) ||
			told)
			continue;
		explain_trend(detector, settings, scale, (enum detect_metric)m, input, &change,
			reading, event);
		told = true;
	}
	return told;
}

/* `gap_s`: how long nothing was seen. */
static void skip_gap(struct detector *detector, const struct detect_settings *settings,
	uint32_t scale, int64_t gap_s)
{
	for (int m = 0; m < DETECT_METRICS; m++) {
		struct series *series = state_series(detector, settings, (enum detect_metric)m);
		if (series == NULL)
			continue;
		baseline_skip(&series->track[scale].baseline);
		evidence_skip(&series->track[scale].evidence, settings->scale_s[scale], gap_s);
	}
}

static void forget_outlook(
	struct detector *detector, const struct detect_settings *settings, uint32_t scale)
{
	for (int m = 0; m < DETECT_METRICS; m++) {
		struct series *series = state_series(detector, settings, (enum detect_metric)m);
		if (series != NULL)
			series->track[scale].expected = series->track[scale].variance = 0.0f;
	}
}

/* Everything but the trend. True: `event` is filled in. */
static bool follow(struct detector *detector, const struct detect_settings *settings,
	uint32_t scale, const struct detect_input *input, struct reading *reading,
	struct detect_event *event)
{
	struct episode *episode = &detector->episode;
	if (!episode->open && input->start_s < episode->over_s)
		return false;
	weigh(detector, settings, scale, input, reading);
	if (episode->open)
		return follow_episode(detector, settings, scale, input, reading, event);
	bool first = first_use(detector, settings, scale, input);
	if (opening_try(detector, settings, scale, input, reading, event)) {
		event->first_use = first;
		return true;
	}
	if (first)
		explain_first_use(detector, settings, scale, input, reading, event);
	learn(detector, settings, scale, input, reading);
	return first;
}

bool detector_update(struct detector *detector, const struct detect_settings *settings,
	uint32_t scale, const struct detect_input *input, struct detect_event *ret_event)
{
	struct reading reading = {0};
	struct detect_event event = {0}, trend = {0};
	int64_t next_s = detector->next_s[scale];
	if (next_s != 0 && input->start_s < next_s)
		return false;
	if (!(input->coverage >= COVERAGE_MIN)) {
		forget_outlook(detector, settings, scale);
		return false;
	}
	if (next_s != 0 && input->start_s > next_s)
		skip_gap(detector, settings, scale, input->start_s - next_s);
	detector->next_s[scale] = input->start_s + settings->scale_s[scale];
	expect(detector, settings, scale, input, &reading);
	bool happened = follow(detector, settings, scale, input, &reading, &event);
	if (scale == settings->trend_scale &&
		follow_trend(detector, settings, scale, input, &reading, &trend) && !happened) {
		event = trend;
		happened = true;
	}
	if (happened)
		*ret_event = event;
	return happened;
}

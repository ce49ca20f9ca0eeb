/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/opening.h"

#include <math.h>
#include <stdlib.h>

#include "detect/explain.h"

/* What minutes must hold before they tell a ratio: alone, it is then known to 10 %; when the hour
 * speaks as well, for the sake of the onset, to 20 %. */
#define COUNT_ALONE 100.0f
#define COUNT_CONFIRMED 25.0f

/* Is what the window holds worth an alert, and enough (`least`) to tell a ratio? */
static bool passes_gate(const struct detect_settings *settings, enum detect_metric metric,
	const struct evidence_window *window, float least)
{
	double expected;
	if (window->buckets == 0 || window->observed < least)
		return false;
	evidence_method(window, &expected);
	double observed = (double)window->observed;
	return observed >= settings->gate_ratio * expected &&
	       round(observed - expected) >= settings->gate_excess[metric];
}

/* The metric that decides: hosts when they alone say enough, else the one that says more. */
static bool choose_metric(const struct detector *detector, const struct detect_settings *settings,
	uint32_t scale, float least, enum detect_metric *ret_metric)
{
	double best = -INFINITY;
	for (int m = 0; m < DETECT_METRICS; m++) {
		const struct series *series =
			state_series(detector, settings, (enum detect_metric)m);
		if (series == NULL || series->track[scale].own_score <= 0.0f ||
			!passes_gate(settings, (enum detect_metric)m,
				evidence_onset(&series->track[scale].evidence), least))
			continue;
		if ((double)series->track[scale].own_score > best) {
			best = (double)series->track[scale].own_score;
			*ret_metric = (enum detect_metric)m;
		}
		if (m == DETECT_HOSTS && best > settings->scales[scale].threshold)
			break;
	}
	return isfinite(best);
}

/* The scale that tells the onset best among those that speak: a finer one, if it holds enough. */
static bool choose_scale(const struct detector *detector, const struct detect_settings *settings,
	uint32_t scale, uint32_t *ret_scale, enum detect_metric *ret_metric)
{
	const struct series *any = (const struct series *)detector->series;
	for (uint32_t i = 0; i < scale; i++) {
		if ((double)any->track[i].score <= settings->scales[i].threshold ||
			!choose_metric(detector, settings, i, COUNT_CONFIRMED, ret_metric))
			continue;
		*ret_scale = i;
		return true;
	}
	*ret_scale = scale;
	return choose_metric(detector, settings, scale,
		settings->scale_s[scale] < 3600 ? COUNT_ALONE : 0.0f, ret_metric);
}

/* The window of `evidence` that begins nearest to `start_s`; false when both are empty. */
static bool nearest_window(
	const struct evidence *evidence, int64_t start_s, struct evidence_window *ret_window)
{
	int64_t best = INT64_MAX;
	for (int i = 0; i < EVIDENCE_WINDOWS; i++) {
		const struct evidence_window *window = &evidence->window[i];
		int64_t distance = llabs(window->start_s - start_s);
		if (window->buckets == 0 || distance >= best)
			continue;
		best = distance;
		*ret_window = *window;
	}
	return best != INT64_MAX;
}

/* ln of the largest likelihood ratio of one rise over all of the window. Buckets are taken to be as
 * uncertain as the `last` one, and as dependent as the baseline has measured. */
static double weigh_window(const struct evidence_window *window, const struct expectation *last)
{
	struct expectation sum = *last;
	double mean;
	if (window->buckets == 0)
		return -INFINITY;
	evidence_method(window, &mean);
	double grown = mean / last->best;
	sum.best = mean;
	sum.burst *= grown;
	sum.slow *= grown * grown * fmin(1.0, 1.0 / (last->deflate * window->buckets));
	sum.shape = mean * mean / (sum.burst + sum.slow);
	double ratio = (double)window->observed / mean;
	return ratio > 1.0 ? evidence_weigh(&sum, (double)window->observed, ratio) : -INFINITY;
}

/* A CUSUM may have begun with noise before the rise. If a window that begins later, the other
 * CUSUM's or the last bucket alone, is better explained by one rise, it is told: its ratio is not
 * diluted. */
static struct evidence_window sharpen(const struct detect_settings *settings,
	const struct evidence *evidence, enum detect_metric metric,
	const struct detect_input *input, const struct reading *reading)
{
	const struct expectation *last = reading->expected[metric];
	struct evidence_window bucket = {.start_s = input->start_s};
	const struct evidence_window *best = evidence_onset(evidence);
	const struct evidence_window *others[] = {
		&evidence->window[0], &evidence->window[1], &bucket};
	evidence_add(&bucket, metric, input, last);
	double weight = weigh_window(best, last);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		double other = weigh_window(others[i], last);
		if (others[i]->start_s <= best->start_s || other <= weight ||
			!passes_gate(settings, metric, others[i], 0.0f))
			continue;
		best = others[i];
		weight = other;
	}
	return *best;
}

static bool any_above(const struct detect_settings *settings, const struct detect_input *input,
	const struct reading *reading)
{
	for (int m = 0; m < DETECT_METRICS; m++)
		if (settings->metrics & 1u << m && input->count[m] > reading->expected[m]->best)
			return true;
	return false;
}

bool opening_try(struct detector *detector, const struct detect_settings *settings, uint32_t scale,
	const struct detect_input *input, const struct reading *reading, struct detect_event *event)
{
	enum detect_metric metric = DETECT_HOSTS;
	uint32_t own_scale = scale;
	if (reading->score <= settings->scales[scale].threshold ||
		!any_above(settings, input, reading) ||
		!choose_scale(detector, settings, scale, &scale, &metric))
		return false;
	struct episode *episode = &detector->episode;
	const struct track *track = &state_series(detector, settings, metric)->track[scale];
	/* What a finer scale expected of its last bucket is not at hand any more. */
	struct evidence_window onset =
		scale == own_scale && settings->scale_s[scale] >= 3600
			? sharpen(settings, &track->evidence, metric, input, reading)
			: *evidence_onset(&track->evidence);
	for (int m = 0; m < DETECT_METRICS; m++) {
		const struct series *series =
			state_series(detector, settings, (enum detect_metric)m);
		episode->all[m] = (struct evidence_window){0};
		if (series != NULL && m != (int)metric)
			nearest_window(
				&series->track[scale].evidence, onset.start_s, &episode->all[m]);
	}
	episode->all[metric] = onset;
	int64_t end_s = detector->next_s[scale];
	episode_open(episode, settings, scale, metric, episode_ratio(episode, metric),
		(double)track->score, end_s);
	event->kind = DETECT_OPEN;
	event->score = (double)track->score;
	event->scales = episode->scales;
	event->onset_s = event->window_start_s = episode->onset_s;
	event->window_end_s = end_s;
	explain_windows(detector, settings, scale, metric, episode->all, reading, event);
	return true;
}

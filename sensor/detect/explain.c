/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/explain.h"

#include <math.h>

#include "detect/tail.h"

#define ODDS_MAX 1e300

static double share_of(double part, double rest)
{
	if (isnan(part) || isnan(rest))
		return NAN;
	return part + rest > 0.0 ? part / (part + rest) : 0.0;
}

void explain_windows(const struct detector *detector, const struct detect_settings *settings,
	uint32_t scale, enum detect_metric metric,
	const struct evidence_window windows[DETECT_METRICS], const struct reading *reading,
	struct detect_event *event)
{
	const struct evidence_window *window = &windows[metric];
	const struct baseline *baseline =
		&state_series(detector, settings, metric)->track[scale].baseline;
	double expected = 0.0;

	event->scale = scale;
	event->scale_s = settings->scale_s[scale];
	event->metric = metric;
	for (int m = 0; m < DETECT_METRICS; m++) {
		event->observed[m] = event->expected[m] = 0.0;
		event->buckets[m] = windows[m].buckets;
		if (windows[m].buckets == 0)
			continue;
		evidence_method(&windows[m], &event->expected[m]);
		event->observed[m] = (double)windows[m].observed;
	}
	event->method = evidence_method(window, &expected);
	for (int i = 0; i < DETECT_METHODS; i++)
		event->baselines[i] = (double)window->expected[i];
	event->ratio = event->observed[metric] / expected;
	event->rise_percent = 100.0 * (event->ratio - 1.0);
	event->share_observed = share_of((double)window->observed, (double)window->rest);
	event->share_expected =
		share_of((double)window->expected[DETECT_SHARE], (double)window->rest);
	event->odds = fmin(exp(event->score), ODDS_MAX);
	event->coverage = (double)window->coverage * event->scale_s /
			  (double)(event->window_end_s - event->window_start_s);
	event->samples = baseline->samples;
	event->learning = baseline->samples < settings->scales[scale].learning;
	const struct expectation *last = reading->expected[metric];
	double fewer = fmin(1.0, 1.0 / (last->deflate * window->buckets));
	event->p_value = tail_upper(event->observed[metric], expected, last->shape / fewer);
}

void explain_episode(const struct detector *detector, const struct detect_settings *settings,
	const struct detect_input *input, const struct reading *reading, struct detect_event *event)
{
	const struct episode *episode = &detector->episode;
	bool closes = event->kind == DETECT_CLOSE;
	enum detect_metric metric = (enum detect_metric)episode->metric;
	const struct evidence_window *windows = closes ? episode->elevated : episode->risen;
	uint32_t scale = closes ? episode->scale : episode->close_scale;

	event->score = (double)episode->peak;
	event->scales = episode->scales;
	event->onset_s = episode->onset_s;
	event->window_start_s = windows[metric].start_s;
	event->window_end_s = closes ? episode->elevated_s
				     : input->start_s + settings->scale_s[episode->close_scale];
	explain_windows(detector, settings, scale, metric, windows, reading, event);
}

void explain_first_use(const struct detector *detector, const struct detect_settings *settings,
	uint32_t scale, const struct detect_input *input, const struct reading *reading,
	struct detect_event *event)
{
	struct evidence_window windows[DETECT_METRICS] = {0};
	enum detect_metric metric = reading->expected[DETECT_HOSTS] ? DETECT_HOSTS : DETECT_FLOWS;
	for (int m = 0; m < DETECT_METRICS; m++)
		if (reading->expected[m] != NULL)
			evidence_add(
				&windows[m], (enum detect_metric)m, input, reading->expected[m]);
	event->kind = DETECT_FIRST_USE;
	event->first_use = true;
	event->score = reading->score;
	event->onset_s = event->window_start_s = input->start_s;
	event->window_end_s = input->start_s + settings->scale_s[scale];
	explain_windows(detector, settings, scale, metric, windows, reading, event);
}

void explain_trend(const struct detector *detector, const struct detect_settings *settings,
	uint32_t scale, enum detect_metric metric, const struct detect_input *input,
	const struct trend_change *change, const struct reading *reading,
	struct detect_event *event)
{
	struct evidence_window windows[DETECT_METRICS] = {0};
	windows[metric] = (struct evidence_window){
		.observed = (float)change->observed,
		.expected = {(float)change->expected, NAN, NAN},
		.rest = NAN,
		.coverage = (float)change->covered,
		.buckets = 1, /* of 28 days */
	};
	event->kind = DETECT_TREND;
	event->score = reading->score;
	event->window_end_s = input->start_s;
	event->onset_s = event->window_start_s = input->start_s - TREND_WEEKS * 7 * 86400;
	explain_windows(detector, settings, scale, metric, windows, reading, event);
	event->buckets[metric] = (uint32_t)fmax(1.0, round(change->covered));
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/detector.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "detect/baseline.h"
#include "detect/episode.h"
#include "detect/evidence.h"
#include "detect/season.h"
#include "detect/tail.h"
#include "detect/trend.h"

#define COVERAGE_MIN 0.05
#define FIRST_USE_S 86400.0 /* of silence before a first use is news */

/* What minutes must hold before they tell a ratio: alone, it is then known to 10 %; when the hour
 * speaks as well, for the sake of the onset, to 20 %. */
#define COUNT_ALONE 100.0f
#define COUNT_CONFIRMED 25.0f
#define ODDS_MAX 1e300
#define BURST_BUCKETS 3

/* One metric at one scale. */
struct track {
	struct baseline baseline;
	struct evidence evidence;
	float expected, variance, score; /* the outlook; score of both metrics */
	float own_score;
	uint8_t method;
};

/* One metric. */
struct series {
	struct season season;
	struct trend trend;
	struct track track[]; /* one per scale */
};

struct detector {
	int64_t next_s[DETECT_SCALES_MAX]; /* end of the last bucket; 0: none yet */
	double silent_s;                   /* covered time before the first use */
	struct episode episode;
	bool used;
	_Alignas(struct series) unsigned char series[]; /* of the metrics in use, in order */
};

/* What one bucket came to, for both metrics. */
struct reading {
	struct expectation expectation[DETECT_METRICS];
	const struct expectation *expected[DETECT_METRICS]; /* NULL: metric not in use */
	double score;                                       /* both metrics together */
	double scores[DETECT_METRICS];
};

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

/* NULL when the metric is not in use. */
static struct series *series_of(const struct detector *detector,
	const struct detect_settings *settings, enum detect_metric metric)
{
	uint32_t bit = 1u << metric;
	if (!(settings->metrics & bit))
		return NULL;
	uint32_t before = count_bits(settings->metrics & (bit - 1));
	return (struct series *)(detector->series + before * series_size(settings));
}

static void expect(struct detector *detector, const struct detect_settings *settings,
	uint32_t scale, const struct detect_input *input, struct reading *ret_reading)
{
	for (int m = 0; m < DETECT_METRICS; m++) {
		enum detect_metric metric = (enum detect_metric)m;
		struct series *series = series_of(detector, settings, metric);
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
		struct series *series = series_of(detector, settings, (enum detect_metric)m);
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
		struct series *series = series_of(detector, settings, (enum detect_metric)m);
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
		struct series *series = series_of(detector, settings, (enum detect_metric)m);
		if (series == NULL)
			continue;
		baseline_learn(&series->track[scale].baseline, &series->season, settings, scale,
			(enum detect_metric)m, input, reading->expected[m], reading->scores[m]);
	}
}

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
		const struct series *series = series_of(detector, settings, (enum detect_metric)m);
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

static double share_of(double part, double rest)
{
	if (isnan(part) || isnan(rest))
		return NAN;
	return part + rest > 0.0 ? part / (part + rest) : 0.0;
}

/* Fills in everything that the windows of both metrics tell. */
static void explain(const struct detector *detector, const struct detect_settings *settings,
	uint32_t scale, enum detect_metric metric,
	const struct evidence_window windows[DETECT_METRICS], const struct reading *reading,
	struct detect_event *event)
{
	const struct evidence_window *window = &windows[metric];
	const struct baseline *baseline =
		&series_of(detector, settings, metric)->track[scale].baseline;
	double expected = 0.0;

	event->scale = scale;
	event->scale_s = settings->scale_s[scale];
	event->metric = metric;
	for (int m = 0; m < DETECT_METRICS; m++) {
		event->observed[m] = event->expected[m] = 0.0;
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
	event->coverage = (double)window->coverage / window->buckets;
	event->samples = baseline->samples;
	event->learning = baseline->samples < settings->scales[scale].learning;
	const struct expectation *last = reading->expected[metric];
	double fewer = fmin(1.0, 1.0 / (last->deflate * window->buckets));
	event->p_value = tail_upper(event->observed[metric], expected, last->shape / fewer);
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

static bool any_above(const struct detect_settings *settings, const struct detect_input *input,
	const struct reading *reading)
{
	for (int m = 0; m < DETECT_METRICS; m++)
		if (settings->metrics & 1u << m && input->count[m] > reading->expected[m]->best)
			return true;
	return false;
}

static bool try_open(struct detector *detector, const struct detect_settings *settings,
	uint32_t scale, const struct detect_input *input, const struct reading *reading,
	struct detect_event *event)
{
	enum detect_metric metric = DETECT_HOSTS;
	if (reading->score <= settings->scales[scale].threshold ||
		!any_above(settings, input, reading) ||
		!choose_scale(detector, settings, scale, &scale, &metric))
		return false;
	struct episode *episode = &detector->episode;
	const struct track *track = &series_of(detector, settings, metric)->track[scale];
	const struct evidence_window *onset = evidence_onset(&track->evidence);
	for (int m = 0; m < DETECT_METRICS; m++) {
		const struct series *series = series_of(detector, settings, (enum detect_metric)m);
		episode->all[m] = (struct evidence_window){0};
		if (series != NULL && m != (int)metric)
			nearest_window(
				&series->track[scale].evidence, onset->start_s, &episode->all[m]);
	}
	episode->all[metric] = *onset;
	int64_t end_s = detector->next_s[scale];
	episode_open(episode, settings, scale, metric, episode_ratio(episode, metric),
		(double)track->score, end_s);
	event->kind = DETECT_OPEN;
	event->score = (double)track->score;
	event->scales = episode->scales;
	event->onset_s = event->window_start_s = episode->onset_s;
	event->window_end_s = end_s;
	explain(detector, settings, scale, metric, episode->all, reading, event);
	return true;
}

/* An update tells of the window in which the ratio rose, a close of all that was elevated. */
static void tell(const struct detector *detector, const struct detect_settings *settings,
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
	explain(detector, settings, scale, metric, windows, reading, event);
}

static void learn_burst(struct detector *detector, const struct detect_settings *settings)
{
	const struct episode *episode = &detector->episode;
	for (int m = 0; m < DETECT_METRICS; m++) {
		struct series *series = series_of(detector, settings, (enum detect_metric)m);
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
		struct series *series = series_of(detector, settings, (enum detect_metric)m);
		if (series == NULL)
			continue;
		double ratio = episode_ratio(episode, (enum detect_metric)m);
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
		struct series *series = series_of(detector, settings, (enum detect_metric)m);
		if (series != NULL)
			baseline_fade(&series->track[scale].baseline);
	}
	event->kind = episode_update(episode, settings, scale, input, reading->expected, &reason);
	if (event->kind == DETECT_QUIET)
		return false;
	event->reason = reason;
	tell(detector, settings, input, reading, event);
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

/* What a notice tells: the one bucket. */
static void tell_notice(const struct detector *detector, const struct detect_settings *settings,
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
	explain(detector, settings, scale, metric, windows, reading, event);
}

static bool follow_trend(struct detector *detector, const struct detect_settings *settings,
	uint32_t scale, const struct detect_input *input, const struct reading *reading,
	struct detect_event *event)
{
	bool told = false;
	for (int m = 0; m < DETECT_METRICS; m++) {
		struct series *series = series_of(detector, settings, (enum detect_metric)m);
		struct trend_change change;
		if (series == NULL)
			continue;
		const struct expectation *expected = reading->expected[m];
		double variance_ratio = expected->variance / expected->best / expected->deflate;
		if (!trend_update(&series->trend, input->start_s, input->count[m], input->coverage,
			    variance_ratio, &change) ||
			told)
			continue;
		struct evidence_window windows[DETECT_METRICS] = {0};
		windows[m] = (struct evidence_window){
			.observed = (float)change.observed,
			.expected = {(float)change.expected, NAN, NAN},
			.rest = NAN,
			.coverage = 1.0f,
			.buckets = 1,
		};
		event->kind = DETECT_TREND;
		event->score = reading->score;
		event->window_end_s = input->start_s;
		event->onset_s = event->window_start_s = input->start_s - 28 * 86400;
		explain(detector, settings, scale, (enum detect_metric)m, windows, reading, event);
		told = true;
	}
	return told;
}

static void skip_gap(
	struct detector *detector, const struct detect_settings *settings, uint32_t scale)
{
	for (int m = 0; m < DETECT_METRICS; m++) {
		struct series *series = series_of(detector, settings, (enum detect_metric)m);
		if (series != NULL)
			baseline_skip(&series->track[scale].baseline);
	}
}

static void forget_outlook(
	struct detector *detector, const struct detect_settings *settings, uint32_t scale)
{
	for (int m = 0; m < DETECT_METRICS; m++) {
		struct series *series = series_of(detector, settings, (enum detect_metric)m);
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
	if (try_open(detector, settings, scale, input, reading, event)) {
		event->first_use = first;
		return true;
	}
	if (first)
		tell_notice(detector, settings, scale, input, reading, event);
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
	if (next_s != 0 && input->start_s > next_s)
		skip_gap(detector, settings, scale);
	detector->next_s[scale] = input->start_s + settings->scale_s[scale];
	if (!(input->coverage >= COVERAGE_MIN)) {
		skip_gap(detector, settings, scale);
		forget_outlook(detector, settings, scale);
		return false;
	}
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

void detector_outlook(const struct detector *detector, const struct detect_settings *settings,
	uint32_t scale, enum detect_metric metric, struct detect_outlook *ret_outlook)
{
	const struct series *series = series_of(detector, settings, metric);
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

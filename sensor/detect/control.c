/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/control.h"

#include <math.h>

#include "detect/state.h"

#define NORMAL_975 1.959964 /* quantile of the normal distribution */
#define AMOUNT_MAX 1e30     /* of what is loaded */
#define SPREAD_WINDOWS 32
#define SPREAD_MODELLED 3
#define SPREAD_LEVEL 0.0025 /* an expectation is known to 5 % at best */

/* Where the buckets of a scale lie. */
static const struct {
	uint32_t first, count;
} rings[DETECT_SCALES_MAX] = {{0, 1536}, {1536, 384}, {1920, 96}, {2016, 64}};

/* Sums over a window, of one metric. */
struct sums {
	double observed, expected, variance;
	uint32_t buckets;
};

void control_note(struct control_record *record, const struct detector *detector,
	const struct detect_settings *settings, uint32_t scale, const struct detect_input *input)
{
	uint32_t number = (uint32_t)(input->start_s / settings->scale_s[scale]);
	struct control_bucket bucket = {.number = number + 1};
	for (int m = 0; m < DETECT_METRICS; m++) {
		const struct series *series =
			state_series(detector, settings, (enum detect_metric)m);
		const struct baseline *baseline = &series->track[scale].baseline;
		struct expectation expected;
		if (baseline->samples < settings->scales[scale].warm)
			return;
		baseline_expect(baseline, &series->season, settings, scale, (enum detect_metric)m,
			input, &expected);
		bucket.observed[m] = (float)input->count[m];
		bucket.absolute[m] = (float)expected.mean[DETECT_ABSOLUTE];
		bucket.share[m] = (float)expected.mean[DETECT_SHARE];
		bucket.spread[m] = (float)(expected.variance / expected.best / expected.deflate);
	}
	record->buckets[rings[scale].first + number % rings[scale].count] = bucket;
}

static const struct control_bucket *find_bucket(
	const struct control_record *record, uint32_t scale, int64_t number)
{
	const struct control_bucket *bucket =
		&record->buckets[rings[scale].first + (uint32_t)(number % rings[scale].count)];
	return bucket->number == (uint32_t)number + 1 ? bucket : NULL;
}

static void add_bucket(const struct control_bucket *bucket, bool by_share, struct sums *sums)
{
	for (int m = 0; m < DETECT_METRICS; m++) {
		/* NaN where the share is not known. */
		double share = by_share ? (double)bucket->share[m] : (double)NAN;
		double expected = isfinite(share) ? share : (double)bucket->absolute[m];
		sums[m].observed += (double)bucket->observed[m];
		sums[m].expected += expected;
		sums[m].variance += expected * (double)bucket->spread[m];
		sums[m].buckets++;
	}
}

/* Consecutive buckets of a scale, by their numbers, and what is expected of them by which method.
 */
struct window {
	uint32_t scale;
	int64_t first, count;
	bool by_share;
};

static void add_up(const struct control_record *record, const struct window *window,
	struct sums ret_sums[DETECT_METRICS])
{
	for (int m = 0; m < DETECT_METRICS; m++)
		ret_sums[m] = (struct sums){0};
	for (int64_t i = 0; i < window->count; i++) {
		const struct control_bucket *bucket =
			find_bucket(record, window->scale, window->first + i);
		if (bucket)
			add_bucket(bucket, window->by_share, ret_sums);
	}
}

/* The event's window in buckets of its scale, or of the next coarser one whose memory is long
 * enough; the first bucket is taken whole. */
static struct window find_window(
	const struct detect_settings *settings, const struct detect_event *event)
{
	struct window window = {event->scale, .by_share = event->method == DETECT_SHARE};
	for (;; window.scale++) {
		uint32_t scale_s = settings->scale_s[window.scale];
		int64_t behind = (event->window_end_s + scale_s - 1) / scale_s;
		window.first = event->window_start_s / scale_s;
		window.count = behind - window.first;
		if (window.count <= rings[window.scale].count)
			return window;
		if (window.scale + 1 == settings->scale_count) {
			window.count = rings[window.scale].count;
			window.first = behind - window.count;
			return window;
		}
	}
}

/* How much the sums of such windows vary, over their mean: in the windows before, and in what the
 * baseline says of the one at hand, in which so many are `expected`. */
static double measure_spread(const struct control_record *record, const struct window *window,
	enum detect_metric metric, double expected, double modelled)
{
	struct window before = *window;
	double sum = SPREAD_MODELLED * modelled, windows = SPREAD_MODELLED;
	for (int i = 0; i < SPREAD_WINDOWS; i++) {
		struct sums sums[DETECT_METRICS];
		before.first -= window->count;
		add_up(record, &before, sums);
		if (5 * sums[metric].buckets < 4 * window->count || sums[metric].expected <= 0)
			break;
		double residual = sums[metric].observed - sums[metric].expected;
		sum += residual * residual / sums[metric].expected;
		windows++;
	}
	return fmax(sum / windows, 1 + SPREAD_LEVEL * expected);
}

/* Byar's limits of a count's mean, `sign` -1 or +1. */
static double byar(double count, double sign)
{
	double n = sign > 0 ? count + 1 : count;
	if (n <= 0)
		return 0;
	double root = 1 - 1 / (9 * n) + sign * NORMAL_975 / (3 * sqrt(n));
	return root > 0 ? n * root * root * root : 0;
}

static void find_interval(const struct sums *sums, double spread, struct control_contrast *contrast)
{
	double ratio = sums->observed / sums->expected;
	double phi = 1 + (spread - 1) * fmax(1, ratio);
	contrast->ratio = ratio;
	contrast->ratio_low = phi * byar(sums->observed / phi, -1) / sums->expected;
	contrast->ratio_high = phi * byar(sums->observed / phi, 1) / sums->expected;
}

static enum control_verdict judge(const struct control_contrast *contrast, double ratio)
{
	double half = sqrt(ratio);
	if (contrast->hosts < CONTROL_HOSTS_MIN || ratio <= 1)
		return CONTROL_UNKNOWN;
	if (contrast->ratio_high < half)
		return CONTROL_OWN;
	return contrast->ratio >= half && contrast->ratio_low > 1 ? CONTROL_SHARED
								  : CONTROL_UNKNOWN;
}

bool control_compare(const struct control_record *record, const struct detect_settings *settings,
	const struct detect_event *event, double hosts, struct control_contrast *ret_contrast)
{
	struct window window = find_window(settings, event);
	struct control_contrast contrast = {
		.scale_s = settings->scale_s[window.scale], .hosts = hosts};
	struct sums sums[DETECT_METRICS];
	add_up(record, &window, sums);
	const struct sums *deciding = &sums[event->metric];
	if (deciding->expected <= 0)
		return false;
	for (int m = 0; m < DETECT_METRICS; m++) {
		contrast.observed[m] = sums[m].observed;
		contrast.expected[m] = sums[m].expected;
	}
	contrast.buckets = deciding->buckets;
	double modelled = deciding->variance / deciding->expected;
	find_interval(deciding,
		measure_spread(record, &window, event->metric, deciding->expected, modelled),
		&contrast);
	contrast.excess_ratio = event->ratio / fmax(contrast.ratio, 0.5 / deciding->expected);
	contrast.verdict = judge(&contrast, event->ratio);
	*ret_contrast = contrast;
	return true;
}

const char *control_verdict_name(enum control_verdict verdict)
{
	static const char *const names[] = {
		[CONTROL_UNKNOWN] = "unknown", [CONTROL_OWN] = "own", [CONTROL_SHARED] = "shared"};
	return names[verdict];
}

void control_save(const struct control_record *record, struct pack_writer *writer)
{
	for (uint32_t i = 0; i < CONTROL_BUCKETS; i++) {
		const struct control_bucket *bucket = &record->buckets[i];
		pack_put_u32(writer, bucket->number);
		for (int m = 0; bucket->number && m < DETECT_METRICS; m++) {
			pack_put_double(writer, (double)bucket->observed[m]);
			pack_put_double(writer, (double)bucket->absolute[m]);
			pack_put_double(writer, (double)bucket->share[m]);
			pack_put_double(writer, (double)bucket->spread[m]);
		}
	}
}

void control_load(struct control_record *record, struct pack_reader *reader)
{
	for (uint32_t i = 0; i < CONTROL_BUCKETS; i++) {
		struct control_bucket *bucket = &record->buckets[i];
		bucket->number = pack_get_u32(reader);
		for (int m = 0; bucket->number && m < DETECT_METRICS; m++) {
			bucket->observed[m] = (float)pack_get_amount(reader, AMOUNT_MAX);
			bucket->absolute[m] = (float)pack_get_amount(reader, AMOUNT_MAX);
			bucket->share[m] = (float)pack_get_double(reader); /* NaN: not known */
			bucket->spread[m] = (float)pack_get_amount(reader, AMOUNT_MAX);
		}
	}
}

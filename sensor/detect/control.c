/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/control.h"

#include <math.h>

#include "detect/state.h"

#define NORMAL_975 1.959964 /* quantile of the normal distribution */

/* Where the buckets of a scale lie. */
static const struct {
	uint32_t first, count;
} rings[DETECT_SCALES_MAX] = {{0, 1536}, {1536, 384}, {1920, 96}, {2016, 64}};

/* Sums over a window, of one metric. */
struct sums {
	double observed, expected, variance;
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
	}
}

/* Adds up the buckets of a scale that begin in the window, the first one whole. */
static void add_up(const struct control_record *record, uint32_t scale, uint32_t scale_s,
	const struct detect_event *event, struct sums ret_sums[DETECT_METRICS])
{
	int64_t first = event->window_start_s / scale_s;
	int64_t behind = (event->window_end_s + scale_s - 1) / scale_s;
	if (behind - first > rings[scale].count)
		first = behind - rings[scale].count;
	for (int m = 0; m < DETECT_METRICS; m++)
		ret_sums[m] = (struct sums){0};
	for (int64_t number = first; number < behind; number++) {
		const struct control_bucket *bucket = find_bucket(record, scale, number);
		if (bucket)
			add_bucket(bucket, event->method == DETECT_SHARE, ret_sums);
	}
}

/* The event's scale, or the next coarser one whose memory reaches back to the window's start. */
static uint32_t choose_scale(
	const struct detect_settings *settings, const struct detect_event *event)
{
	uint32_t scale = event->scale;
	for (; scale + 1 < settings->scale_count; scale++) {
		int64_t length =
			(event->window_end_s - event->window_start_s) / settings->scale_s[scale];
		if (length <= rings[scale].count)
			break;
	}
	return scale;
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

static void find_interval(const struct sums *sums, struct control_contrast *contrast)
{
	double ratio = sums->observed / sums->expected;
	double phi = 1 + fmax(sums->variance / sums->expected - 1, 0) * fmax(1, ratio);
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
	uint32_t scale = choose_scale(settings, event);
	struct control_contrast contrast = {.scale_s = settings->scale_s[scale], .hosts = hosts};
	struct sums sums[DETECT_METRICS];
	add_up(record, scale, contrast.scale_s, event, sums);
	const struct sums *deciding = &sums[event->metric];
	if (deciding->expected <= 0)
		return false;
	for (int m = 0; m < DETECT_METRICS; m++) {
		contrast.observed[m] = sums[m].observed;
		contrast.expected[m] = sums[m].expected;
	}
	find_interval(deciding, &contrast);
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
			bucket->observed[m] = (float)pack_get_double(reader);
			bucket->absolute[m] = (float)pack_get_double(reader);
			bucket->share[m] = (float)pack_get_double(reader);
			bucket->spread[m] = (float)pack_get_double(reader);
		}
	}
}

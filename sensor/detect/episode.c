/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/episode.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define UPDATE_EVIDENCE 4.6 /* odds of 100 */
#define UPDATE_MARGIN 1.4   /* the told ratio may have been this much too low */

void episode_open(struct episode *episode, const struct detect_settings *settings, uint32_t scale,
	enum detect_metric metric, double ratio, double score, int64_t end_s)
{
	episode->open = 1;
	episode->scale = (uint8_t)scale;
	episode->close_scale = (uint8_t)scale;
	for (uint32_t i = scale; i < settings->scale_count && settings->scale_s[i] <= 3600; i++)
		episode->close_scale = (uint8_t)i;
	episode->metric = (uint8_t)metric;
	episode->scales = 1u << scale;
	episode->onset_s = episode->all[metric].start_s;
	episode->elevated_s = end_s;
	episode->down = episode->down_fine = episode->up = 0.0;
	memset(episode->risen, 0, sizeof episode->risen);
	episode->told = ratio;
	episode->peak = (float)score;
	memcpy(episode->elevated, episode->all, sizeof episode->all);
}

static double ratio_of(const struct evidence_window *window)
{
	double expected;
	if (window->buckets == 0)
		return 1.0;
	evidence_method(window, &expected);
	return (double)window->observed / expected;
}

double episode_ratio(const struct episode *episode, enum detect_metric metric)
{
	return ratio_of(&episode->all[metric]);
}

/* The rise that the end of the episode is tested against. */
static double middle_ratio(const struct episode *episode)
{
	double ratio = ratio_of(&episode->elevated[episode->metric]);
	return fmax(1.5, sqrt(fmin(fmax(ratio, 2.0), 64.0)));
}

static void add_all(struct evidence_window windows[DETECT_METRICS],
	const struct detect_input *input, const struct expectation *const expected[DETECT_METRICS])
{
	for (int m = 0; m < DETECT_METRICS; m++) {
		if (expected[m] == NULL)
			continue;
		if (windows[m].buckets == 0)
			windows[m].start_s = input->start_s;
		evidence_add(&windows[m], (enum detect_metric)m, input, expected[m]);
	}
}

static void account(struct episode *episode, const struct detect_input *input, int64_t end_s,
	double ratio, const struct expectation *const expected[DETECT_METRICS])
{
	add_all(episode->all, input, expected);
	double weight =
		evidence_weigh(expected[episode->metric], input->count[episode->metric], ratio);
	episode->down_fine = fmax(0.0, episode->down_fine - weight);
	if (episode->down_fine > 0.0)
		return;
	episode->elevated_s = end_s;
	memcpy(episode->elevated, episode->all, sizeof episode->all);
}

/* Has the ratio doubled since it was told? */
static bool escalates(struct episode *episode, const struct detect_input *input,
	const struct expectation *const expected[DETECT_METRICS])
{
	struct expectation told = *expected[episode->metric];
	double told_ratio = episode->told * UPDATE_MARGIN;
	told.best *= told_ratio;
	told.burst *= told_ratio;
	told.slow *= told_ratio * told_ratio;
	told.shape = told.best * told.best / (told.burst + told.slow);
	episode->up += evidence_weigh(&told, input->count[episode->metric], 2.0);
	if (episode->up <= 0.0) {
		episode->up = 0.0;
		memset(episode->risen, 0, sizeof episode->risen);
		return false;
	}
	add_all(episode->risen, input, expected);
	double ratio = ratio_of(&episode->risen[episode->metric]);
	if (episode->up < UPDATE_EVIDENCE || ratio < 2.0 * episode->told)
		return false;
	episode->told = ratio;
	return true;
}

enum detect_kind episode_update(struct episode *episode, const struct detect_settings *settings,
	uint32_t scale, const struct detect_input *input,
	const struct expectation *const expected[DETECT_METRICS], enum detect_reason *ret_reason)
{
	const struct detect_scale *traits = &settings->scales[episode->scale];
	int64_t end_s = input->start_s + settings->scale_s[scale];
	double ratio = middle_ratio(episode);

	if (scale == episode->scale)
		account(episode, input, end_s, ratio, expected);
	if (scale != episode->close_scale || end_s <= episode->onset_s)
		return DETECT_QUIET;
	const struct expectation *deciding = expected[episode->metric];
	double weight = evidence_weigh(deciding, input->count[episode->metric], ratio);
	episode->down = fmax(0.0, episode->down - weight);
	if (episode->down > settings->scales[scale].close) {
		*ret_reason = DETECT_BACK_TO_BASELINE;
		return DETECT_CLOSE;
	}
	double covered = (double)episode->all[episode->metric].coverage;
	if (covered * settings->scale_s[episode->scale] > (double)traits->settle_s) {
		*ret_reason = DETECT_NEW_NORMAL;
		return DETECT_CLOSE;
	}
	return escalates(episode, input, expected) ? DETECT_UPDATE : DETECT_QUIET;
}

void episode_end(struct episode *episode, int64_t over_s)
{
	memset(episode, 0, sizeof *episode);
	episode->over_s = over_s;
}

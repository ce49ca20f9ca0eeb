/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "base/pack.h"
#include "detect/state.h"

#define AMOUNT_MAX 1e38f          /* odds are kept below 1e37 */
#define WEEKS_MAX (INT32_MAX / 2) /* weeks are counted up */

/* A sum of counts, squares or weights, none of which is below zero. */
static bool is_amount(double value)
{
	return value >= 0.0 && value <= (double)AMOUNT_MAX; /* NaN is neither */
}

static bool is_amount_or_unknown(double value)
{
	return isnan(value) || is_amount(value);
}

static bool is_time(int64_t time_s)
{
	return time_s >= 0 && time_s <= PACK_TIME_MAX_S;
}

/* A bool of plain memory, which must not be read as one before. */
static bool is_bool(const bool *value)
{
	unsigned char byte;
	memcpy(&byte, value, sizeof byte);
	return byte <= 1;
}

static bool is_valid_window(const struct evidence_window *window)
{
	bool is_valid = is_time(window->start_s) && is_amount((double)window->weight) &&
			is_amount((double)window->observed) &&
			is_amount((double)window->coverage) &&
			is_amount_or_unknown((double)window->rest);
	for (int i = 0; i < DETECT_METHODS; i++)
		is_valid &= is_amount_or_unknown((double)window->expected[i]);
	return is_valid;
}

static bool is_valid_evidence(const struct evidence *evidence)
{
	bool is_valid = true;
	for (int i = 0; i < EVIDENCE_RISES; i++)
		is_valid &= is_amount((double)evidence->odds[i]);
	for (int i = 0; i < EVIDENCE_WINDOWS; i++)
		is_valid &= is_valid_window(&evidence->window[i]);
	return is_valid;
}

static bool is_valid_baseline(const struct baseline *baseline)
{
	const struct baseline_lesson *held = &baseline->held;
	const double amounts[] = {
		baseline->level_got,
		baseline->level_due,
		baseline->share_got,
		baseline->share_due,
		(double)baseline->rest_mean,
		(double)baseline->spread_got,
		(double)baseline->spread_due,
		(double)baseline->local_got,
		(double)baseline->local_due,
		(double)baseline->z_square,
		(double)baseline->block_square,
		(double)baseline->block_weight,
		fabs((double)baseline->z),
		fabs((double)baseline->z_product),
		fabs((double)baseline->block),
		(double)held->count,
		(double)held->exposure,
		(double)held->share_count,
		(double)held->share_exposure,
		(double)held->due,
		(double)held->share_due,
		(double)held->local_got,
		(double)held->local_due,
		(double)held->spread_got,
		(double)held->spread_due,
		(double)held->z_square,
		fabs((double)held->z_product),
	};
	bool is_valid = true;
	for (size_t i = 0; i < sizeof amounts / sizeof amounts[0]; i++)
		is_valid &= is_amount(amounts[i]);
	return is_valid;
}

static bool is_valid_trend(const struct trend *trend)
{
	bool is_valid = is_amount(trend->reference_got) && is_amount(trend->reference_due) &&
			is_amount((double)trend->told) && trend->week >= 0 &&
			trend->week <= WEEKS_MAX && trend->weeks >= 0 && trend->weeks <= WEEKS_MAX;
	for (int i = 0; i < TREND_WEEKS; i++)
		is_valid &= is_amount((double)trend->got[i]) && is_amount((double)trend->due[i]);
	return is_valid;
}

static bool is_valid_track(const struct track *track)
{
	return is_valid_baseline(&track->baseline) && is_valid_evidence(&track->evidence) &&
	       is_amount((double)track->expected) && is_amount((double)track->variance) &&
	       is_amount(fabs((double)track->score)) && is_amount(fabs((double)track->own_score)) &&
	       track->method < DETECT_METHODS;
}

static bool is_valid_series(const struct series *series, const struct detect_settings *settings)
{
	bool is_valid = is_bool(&series->season.hours_known) &&
			is_bool(&series->season.days_known) && is_valid_trend(&series->trend);
	for (uint32_t i = 0; i < settings->scale_count; i++)
		is_valid &= is_valid_track(&series->track[i]);
	return is_valid;
}

static bool is_valid_episode(const struct episode *episode, const struct detect_settings *settings)
{
	bool is_valid = episode->open <= 1 && episode->scale < settings->scale_count &&
			episode->close_scale < settings->scale_count &&
			(!episode->open || settings->metrics & 1u << (episode->metric & 31)) &&
			episode->metric < DETECT_METRICS && is_time(episode->onset_s) &&
			is_time(episode->elevated_s) && is_time(episode->over_s) &&
			is_amount(episode->down) && is_amount(episode->down_fine) &&
			is_amount(episode->up) && is_amount(episode->told) &&
			is_amount(fabs((double)episode->peak));
	for (int m = 0; m < DETECT_METRICS; m++)
		is_valid &= is_valid_window(&episode->all[m]) &&
			    is_valid_window(&episode->elevated[m]) &&
			    is_valid_window(&episode->risen[m]);
	return is_valid;
}

bool detector_is_valid(const struct detector *detector, const struct detect_settings *settings)
{
	bool is_valid = is_bool(&detector->used) && is_amount(detector->silent_s) &&
			is_valid_episode(&detector->episode, settings);
	for (uint32_t i = 0; i < DETECT_SCALES_MAX; i++)
		is_valid &= is_time(detector->next_s[i]);
	for (int m = 0; m < DETECT_METRICS; m++) {
		const struct series *series =
			state_series(detector, settings, (enum detect_metric)m);
		is_valid &= series == NULL || is_valid_series(series, settings);
	}
	return is_valid;
}

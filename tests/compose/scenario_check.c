/* SPDX-License-Identifier: Apache-2.0 */
#include "place.h"
#include "moment.h"

#include <errno.h>
#include <string.h>

#define DURATION_MAX_US (10 * YEAR_US)
#define WEIGHT_MAX 1e6

static int check_range(struct scenario_range *range, const struct place *place)
{
	if (prefix_parse(range->prefix_text, &range->prefix))
		return place_wrong(place, "watched: prefix", range->prefix_text, "a prefix");
	uint64_t room = prefix_host_max(&range->prefix);
	if (!range->hosts || range->hosts > SCENARIO_HOSTS_MAX || range->hosts > room)
		return place_out_of_bounds(place, "watched: hosts", 1,
			(double)(room < SCENARIO_HOSTS_MAX ? room : SCENARIO_HOSTS_MAX));
	return 0;
}

static int check_weights(const double *weights, size_t count, const struct place *place)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++) {
		if (!(weights[i] >= 0) || weights[i] > WEIGHT_MAX)
			return place_out_of_bounds(place, "rhythms: a weight", 0, WEIGHT_MAX);
		sum += weights[i];
	}
	if (sum <= 0)
		return complain(
			place->complaint, EINVAL, "%s: rhythms: every weight is zero", place->path);
	return 0;
}

static int check_rhythm(struct scenario_rhythm *given, const struct place *place)
{
	struct rhythm *rhythm = &given->rhythm;
	int r = check_weights(given->hours, 24, place);

	if (!r && given->weekdays)
		r = check_weights(given->weekdays, 7, place);
	if (r)
		return r;
	rhythm->name = given->name;
	memcpy(rhythm->hours, given->hours, sizeof(rhythm->hours));
	for (size_t day = 0; day < 7; day++)
		rhythm->weekdays[day] = given->weekdays ? given->weekdays[day] : 1;
	return 0;
}

static int check_clock(struct scenario *scenario, const struct place *place)
{
	int64_t duration_us;

	if (moment_parse_time(scenario->start_text, &scenario->start_us))
		return place_wrong(place, "start", scenario->start_text,
			"a time such as 2026-03-03T00:00:00Z");
	if (moment_parse_span(scenario->duration_text, &duration_us) || duration_us <= 0 ||
		duration_us > DURATION_MAX_US)
		return place_wrong(
			place, "duration", scenario->duration_text, "a span of up to 10y");
	scenario->end_us = scenario->start_us + duration_us;
	if (scenario->utc_offset_text &&
		moment_parse_span(scenario->utc_offset_text, &scenario->utc_offset_us))
		return place_wrong(
			place, "utc_offset", scenario->utc_offset_text, "a span such as 9h");
	return 0;
}

static int check_events(struct scenario *scenario, const struct place *place)
{
	int r = 0;

	for (unsigned i = 0; i < scenario->gaps_count && !r; i++) {
		struct scenario_gap *gap = &scenario->gaps[i];
		r = place_check_window(place, "gaps", gap->at_text, gap->for_text,
			scenario->start_us, &gap->from_us, &gap->until_us);
	}
	for (unsigned i = 0; i < scenario->shifts_count && !r; i++) {
		struct scenario_shift *shift = &scenario->shifts[i];
		if (moment_parse(shift->at_text, scenario->start_us, &shift->at_us))
			return place_wrong(place, "shifts", shift->at_text,
				"a time or a span since the start");
		if (moment_parse_span(shift->by_text, &shift->by_us))
			return place_wrong(place, "shifts", shift->by_text, "a span such as -2y");
	}
	return r;
}

int scenario_check(struct scenario *scenario, const char *path, struct complaint *complaint)
{
	struct place place = {.path = path, .complaint = complaint};
	int r = check_clock(scenario, &place);

	r = r ? r : check_events(scenario, &place);
	for (unsigned i = 0; i < scenario->watched_count && !r; i++)
		r = check_range(&scenario->watched[i], &place);
	for (unsigned i = 0; i < scenario->rhythms_count && !r; i++)
		r = check_rhythm(&scenario->rhythms[i], &place);
	for (unsigned i = 0; i < scenario->kinds_count && !r; i++) {
		place.kind = scenario->kinds[i].name;
		r = scenario_check_kind(&scenario->kinds[i], scenario, &place);
	}
	return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "place.h"
#include "moment.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PEER_HOSTS_DEFAULT 16
#define FACTOR_MAX 1e6
#define GROWTH_PERCENT_MAX 1000.0

/* Two kinds of one name would draw the same random numbers: the same flows twice. */
static int check_name(const struct scenario_kind *kind, const struct scenario *scenario,
	const struct place *place)
{
	for (const struct scenario_kind *other = scenario->kinds; other < kind; other++)
		if (!strcmp(other->name, kind->name))
			return place_wrong(place, "name", kind->name, "a name of its own");
	return 0;
}

static int find_range(
	struct scenario_kind *kind, const struct scenario *scenario, const struct place *place)
{
	for (unsigned i = 0; i < scenario->watched_count; i++) {
		if (kind->watched && strcmp(kind->watched, scenario->watched[i].name))
			continue;
		kind->range = &scenario->watched[i];
		return 0;
	}
	return place_wrong(place, "watched", kind->watched, "the name of a watched range");
}

static int find_rhythm(
	struct scenario_kind *kind, const struct scenario *scenario, const struct place *place)
{
	const char *name = kind->rhythm_name ? kind->rhythm_name : "flat";

	kind->rhythm = rhythm_find(name);
	for (unsigned i = 0; i < scenario->rhythms_count; i++)
		if (!strcmp(scenario->rhythms[i].name, name))
			kind->rhythm = &scenario->rhythms[i].rhythm;
	return kind->rhythm
		       ? 0
		       : place_wrong(place, "rhythm", name, "flat, office, home or one of rhythms");
}

static int check_peers(struct scenario_kind *kind, const struct place *place)
{
	if (!kind->peers_count)
		return 0;
	kind->peer_prefixes = calloc(kind->peers_count, sizeof(*kind->peer_prefixes));
	if (!kind->peer_prefixes)
		return complain(place->complaint, ENOMEM, "%s: out of memory", place->path);
	for (unsigned i = 0; i < kind->peers_count; i++) {
		struct prefix *prefix = &kind->peer_prefixes[i];
		if (prefix_parse(kind->peers[i], prefix))
			return place_wrong(
				place, "peers", kind->peers[i], "a prefix or an address");
		if (prefix->base.version != kind->range->prefix.base.version)
			return place_wrong(
				place, "peers", kind->peers[i], "of the watched range's family");
	}
	if (!kind->peer_hosts)
		kind->peer_hosts = PEER_HOSTS_DEFAULT;
	return 0;
}

static int check_jumps(
	struct scenario_kind *kind, const struct scenario *scenario, const struct place *place)
{
	for (unsigned i = 0; i < kind->jumps_count; i++) {
		struct scenario_jump *jump = &kind->jumps[i];
		double hosts = jump->hosts ? *jump->hosts : jump->factor;
		if (!(jump->factor >= 0 && jump->factor <= FACTOR_MAX && hosts >= 0 &&
			    hosts <= FACTOR_MAX))
			return place_out_of_bounds(place, "jumps: a factor", 0, FACTOR_MAX);
		int r = place_check_window(place, "jumps", jump->at_text, jump->for_text,
			scenario->start_us, &jump->from_us, &jump->until_us);
		if (r)
			return r;
	}
	return 0;
}

/* The most clients a kind needs at once: at its start, at each jump, or at its end. */
static double most_clients(const struct scenario_kind *kind, const struct scenario *scenario)
{
	double flows, factor, most = 0;

	for (unsigned i = 0; i < kind->jumps_count + 2; i++) {
		int64_t time_us = i == 0 ? kind->from_us : kind->until_us - 1;
		if (i >= 2)
			time_us = kind->jumps[i - 2].from_us;
		scenario_kind_factors(kind, time_us, &flows, &factor);
		double need = round(kind->pool * factor *
				    scenario_kind_growth(kind, scenario->start_us, time_us));
		if (need > most)
			most = need;
	}
	return most;
}

/* Gives the kind its clients: what the apart kinds before it have left, or all. */
static int check_pool(
	struct scenario_kind *kind, const struct scenario *scenario, const struct place *place)
{
	double most = most_clients(kind, scenario);

	kind->slice_first = 0;
	for (const struct scenario_kind *other = scenario->kinds; kind->apart && other < kind;
		other++)
		if (other->apart && other->range == kind->range)
			kind->slice_first = other->slice_first + other->slice_hosts;
	uint32_t left = kind->range->hosts - kind->slice_first;
	if (most > left)
		return complain(place->complaint, EINVAL,
			"%s: kind %s: pool: jumps and growth need %.0f clients, range %s has %u "
			"left",
			place->path, place->kind, most, kind->range->name, left);
	kind->slice_hosts = kind->apart ? (uint32_t)fmax(most, 1) : left;
	return 0;
}

static int check_numbers(struct scenario_kind *kind, const struct place *place)
{
	const struct scenario_bursty *bursty = kind->bursty;

	if (!(kind->flows > 0 && kind->flows <= SCENARIO_FLOWS_MAX))
		return place_out_of_bounds(place, "flows", 0, SCENARIO_FLOWS_MAX);
	if (!(kind->hosts > 0 && kind->hosts <= kind->flows))
		return place_out_of_bounds(place, "hosts", 0, kind->flows);
	if (kind->pool == 0)
		kind->pool = kind->hosts;
	if (!(kind->pool >= kind->hosts && kind->pool <= kind->range->hosts))
		return place_out_of_bounds(place, "pool", kind->hosts, kind->range->hosts);
	if (!(fabs(kind->growth_percent) <= GROWTH_PERCENT_MAX && kind->growth_percent > -100))
		return place_out_of_bounds(place, "growth", -99, GROWTH_PERCENT_MAX);
	if (bursty && !(bursty->spread >= 0 && bursty->spread <= 2 && bursty->day_spread >= 0 &&
			      bursty->day_spread <= 2))
		return place_out_of_bounds(place, "bursty: spread", 0, 2);
	if (bursty && !(bursty->memory_h > 0 && bursty->memory_h <= 1e4))
		return place_out_of_bounds(place, "bursty: memory_h", 0, 1e4);
	if (bursty && !(bursty->burst >= 1 && bursty->burst <= 100))
		return place_out_of_bounds(place, "bursty: burst", 1, 100);
	return 0;
}

static int check_times(
	struct scenario_kind *kind, const struct scenario *scenario, const struct place *place)
{
	kind->from_us = scenario->start_us;
	kind->until_us = scenario->end_us;
	if (kind->from_text && moment_parse(kind->from_text, scenario->start_us, &kind->from_us))
		return place_wrong(
			place, "from", kind->from_text, "a time or a span since the start");
	if (kind->until_text && moment_parse(kind->until_text, scenario->start_us, &kind->until_us))
		return place_wrong(
			place, "until", kind->until_text, "a time or a span since the start");
	if (kind->squeeze_text &&
		(moment_parse_span(kind->squeeze_text, &kind->squeeze_us) || kind->squeeze_us <= 0))
		return place_wrong(place, "squeeze", kind->squeeze_text, "a span such as 10s");
	return 0;
}

/* Source files are named relative to the scenario's folder. */
static int place_sources(struct scenario_kind *kind, const struct place *place)
{
	const char *slash = strrchr(place->path, '/');
	size_t folder = slash ? (size_t)(slash - place->path) + 1 : 0;

	for (unsigned i = 0; i < kind->sources_count; i++) {
		char *file = kind->sources[i].file;
		size_t bytes = strlen(file) + 1;
		if (*file == '/')
			continue;
		char *joined = malloc(folder + bytes);
		if (!joined)
			return complain(place->complaint, ENOMEM, "%s: out of memory", place->path);
		memcpy(joined, place->path, folder);
		memcpy(joined + folder, file, bytes);
		/* libcyaml's allocator is the C library's: it frees this one as it would its own.
		 */
		free(file);
		kind->sources[i].file = joined;
	}
	return 0;
}

int scenario_check_kind(
	struct scenario_kind *kind, const struct scenario *scenario, const struct place *place)
{
	int r = check_name(kind, scenario, place);

	r = r ? r : find_range(kind, scenario, place);
	r = r ? r : find_rhythm(kind, scenario, place);
	r = r ? r : check_numbers(kind, place);
	r = r ? r : check_times(kind, scenario, place);
	r = r ? r : check_peers(kind, place);
	r = r ? r : check_jumps(kind, scenario, place);
	r = r ? r : check_pool(kind, scenario, place);
	return r ? r : place_sources(kind, place);
}

void scenario_kind_factors(
	const struct scenario_kind *kind, int64_t time_us, double *ret_flows, double *ret_hosts)
{
	*ret_flows = *ret_hosts = 1;
	for (unsigned i = 0; i < kind->jumps_count; i++) {
		const struct scenario_jump *jump = &kind->jumps[i];
		if (time_us < jump->from_us || time_us >= jump->until_us)
			continue;
		*ret_flows *= jump->factor;
		*ret_hosts *= jump->hosts ? *jump->hosts : jump->factor;
	}
}

double scenario_kind_growth(const struct scenario_kind *kind, int64_t start_us, int64_t time_us)
{
	double rate = kind->growth_percent / 100, level = 1;
	int64_t since_us = time_us - start_us;

	for (; since_us >= WEEK_US; since_us -= WEEK_US)
		level *= 1 + rate;
	return level * (1 + rate * (double)since_us / (double)WEEK_US);
}

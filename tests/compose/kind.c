/* SPDX-License-Identifier: Apache-2.0 */
#include "kind.h"
#include "moment.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#define BURST_SPREAD_US (20 * SECOND_US)

/* A piece of an hour, within which the expectation does not change. */
struct piece {
	int64_t from_us, until_us;
	uint64_t flows;
	double level; /* of the hour: rhythm x growth x noise */
	double flows_factor, hosts_factor;
	uint64_t turn; /* where in the pool the hour's clients begin */
};

int kind_init(struct kind *kind, const struct scenario *scenario, const struct scenario_kind *given,
	struct complaint *complaint)
{
	uint32_t hosts = given->range->hosts;
	struct random_stream shared;

	*kind = (struct kind){.scenario = scenario, .given = given};
	random_init(&kind->random, scenario->seed, given->name);
	kind->clients = calloc(hosts, sizeof(*kind->clients));
	kind->client_hours = calloc(hosts, sizeof(*kind->client_hours));
	if (!kind->clients || !kind->client_hours)
		return complain(complaint, ENOMEM, "kind %s: out of memory", given->name);
	/* Apart kinds are slices of one order, the others have one each. */
	random_init(&shared, scenario->seed, given->range->name);
	random_permute(given->apart ? &shared : &kind->random, kind->clients, hosts);
	for (uint32_t i = 0; i < hosts; i++)
		kind->client_hours[i] = INT64_MIN;
	return template_set_load(given, &kind->templates, complaint);
}

void kind_done(struct kind *kind)
{
	template_set_done(&kind->templates);
	free(kind->clients);
	free(kind->client_hours);
	free(kind->starts);
	*kind = (struct kind){0};
}

static int reserve_starts(struct kind *kind, uint64_t more, struct complaint *complaint)
{
	size_t need = kind->starts_count + more;

	if (need <= kind->starts_capacity)
		return 0;
	void *grown = reallocarray(kind->starts, 2 * need, sizeof(*kind->starts));
	if (!grown)
		return complain(complaint, ENOMEM, "kind %s: out of memory", kind->given->name);
	kind->starts = grown;
	kind->starts_capacity = 2 * need;
	return 0;
}

/* One start in the middle quarter of each of `flows` equal strata. */
static void place_even(struct kind *kind, const struct piece *piece, struct kind_start *starts)
{
	int64_t room_us = piece->until_us - piece->from_us - kind->templates.longest_us;

	if (room_us < (int64_t)piece->flows)
		room_us = piece->until_us - piece->from_us;
	for (uint64_t i = 0; i < piece->flows; i++) {
		int64_t stratum_us = room_us / (int64_t)piece->flows;
		starts[i].time_us = piece->from_us + room_us * (int64_t)i / (int64_t)piece->flows +
				    stratum_us * 3 / 8 +
				    (int64_t)random_below(&kind->random, (uint64_t)stratum_us / 4);
	}
}

static int compare_starts(const void *a, const void *b)
{
	const struct kind_start *x = a, *y = b;

	return (x->time_us > y->time_us) - (x->time_us < y->time_us);
}

/* Bursts at any time of the piece, each of a few flows within seconds. */
static void place_random(struct kind *kind, const struct piece *piece, struct kind_start *starts)
{
	uint64_t width_us = (uint64_t)(piece->until_us - piece->from_us);
	double mean = noise_burst(kind->given);

	for (uint64_t i = 0; i < piece->flows;) {
		unsigned size = random_geometric(&kind->random, mean);
		uint64_t burst_us = random_below(&kind->random, width_us);
		for (; size && i < piece->flows; size--, i++) {
			uint64_t after_us =
				mean > 1 ? random_below(&kind->random, BURST_SPREAD_US) : 0;
			starts[i].time_us =
				piece->from_us + (int64_t)((burst_us + after_us) % width_us);
		}
	}
	qsort(starts, piece->flows, sizeof(*starts), compare_starts);
}

static uint64_t clamp(uint64_t value, uint64_t low, uint64_t high)
{
	return value < low ? low : value > high ? high : value;
}

/* Deals the piece's flows to its clients in turn. */
static void deal_clients(
	struct kind *kind, const struct piece *piece, struct kind_start *starts, int64_t hour_us)
{
	const struct scenario_kind *given = kind->given;
	double growth = scenario_kind_growth(given, kind->scenario->start_us, hour_us);
	uint64_t pool = clamp((uint64_t)(given->pool * growth * piece->hosts_factor + 0.5), 1,
		given->slice_hosts);
	uint64_t hosts = clamp(
		noise_count(given, &kind->random, given->hosts * piece->level, piece->hosts_factor),
		1, pool);

	for (uint64_t i = 0; i < piece->flows; i++) {
		uint32_t client =
			kind->clients[given->slice_first + (piece->turn + i % hosts) % pool];
		starts[i].client = client;
		kind->hour_hosts += kind->client_hours[client] != hour_us;
		kind->client_hours[client] = hour_us;
	}
}

/* Where the piece that holds `from_us` ends: at the next edge of a jump or of the kind, or
 * `until_us`. */
static int64_t piece_end(const struct scenario_kind *given, int64_t from_us, int64_t until_us)
{
	const int64_t own[] = {given->from_us, given->until_us};

	for (size_t i = 0; i < 2; i++)
		if (own[i] > from_us && own[i] < until_us)
			until_us = own[i];
	for (unsigned i = 0; i < given->jumps_count; i++) {
		const int64_t edges[] = {given->jumps[i].from_us, given->jumps[i].until_us};
		for (size_t k = 0; k < 2; k++)
			if (edges[k] > from_us && edges[k] < until_us)
				until_us = edges[k];
	}
	return until_us;
}

static int plan_piece(
	struct kind *kind, struct piece *piece, int64_t hour_us, struct complaint *complaint)
{
	const struct scenario_kind *given = kind->given;

	if (piece->from_us < given->from_us || piece->from_us >= given->until_us)
		return 0;
	scenario_kind_factors(given, piece->from_us, &piece->flows_factor, &piece->hosts_factor);
	double share = (double)(piece->until_us - piece->from_us) / (double)HOUR_US;
	double base = given->flows * piece->level, burst = noise_burst(given);
	if (base * piece->flows_factor > SCENARIO_FLOWS_MAX)
		return complain(complaint, E2BIG, "kind %s: more than %.0f flows in an hour",
			given->name, SCENARIO_FLOWS_MAX);
	uint64_t bursts =
		noise_count(given, &kind->random, base / burst, piece->flows_factor * share);
	piece->flows = (uint64_t)((double)bursts * burst + 0.5);
	int r = reserve_starts(kind, piece->flows, complaint);
	if (r || !piece->flows)
		return r;
	struct kind_start *starts = kind->starts + kind->starts_count;
	if (given->noise == SCENARIO_NOISE_EVEN)
		place_even(kind, piece, starts);
	else
		place_random(kind, piece, starts);
	deal_clients(kind, piece, starts, hour_us);
	kind->starts_count += piece->flows;
	return 0;
}

int kind_plan_hour(struct kind *kind, int64_t hour_us, struct complaint *complaint)
{
	const struct scenario *scenario = kind->scenario;
	const struct scenario_kind *given = kind->given;
	int64_t until_us =
		hour_us + HOUR_US < scenario->end_us ? hour_us + HOUR_US : scenario->end_us;
	struct piece piece = {
		.level = rhythm_weight(given->rhythm, hour_us + scenario->utc_offset_us) *
			 scenario_kind_growth(given, scenario->start_us, hour_us) *
			 noise_level(&kind->noise, given, &kind->random, hour_us),
		.turn = random_below(&kind->random, (uint64_t)(given->pool + 0.5)),
	};
	int r = 0;

	kind->starts_count = kind->starts_done = 0;
	kind->hour_hosts = 0;
	piece.from_us = hour_us > scenario->start_us ? hour_us : scenario->start_us;
	for (; piece.from_us < until_us && !r; piece.from_us = piece.until_us) {
		piece.until_us = piece_end(given, piece.from_us, until_us);
		r = plan_piece(kind, &piece, hour_us, complaint);
	}
	return r;
}

const struct kind_start *kind_next_start(const struct kind *kind)
{
	return kind->starts_done < kind->starts_count ? &kind->starts[kind->starts_done] : NULL;
}

void kind_advance(struct kind *kind)
{
	kind->starts_done++;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/analyst.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/buckets.h"
#include "pipeline/judge.h"
#include "pipeline/roll.h"
#include "pipeline/shelf.h"
#include "pipeline/tenure.h"

#define BLOCKS_MAX 262144 /* of 4 KiB, for the sets of hosts of all four scales together */
#define ROSTERS_BYTES (256u << 20)
#define FORGET_S (COORDINATION_SILENCE_S / 2) /* a gap after which hosts are remembered anew */

struct analyst {
	struct analyst_settings settings;
	struct buckets buckets;
	struct roll roll;
	struct shelf shelf;
	struct tenure tenure;
	struct judge judge;
	int64_t seen_s; /* end of the last minute */
	uint64_t refused;
};

int analyst_new(const struct analyst_settings *settings, struct analyst **ret_analyst)
{
	struct analyst *analyst = calloc(1, sizeof *analyst);
	uint32_t technique_count = settings->plugins->techniques.count;
	struct meter_settings metering = {
		.range_count = ranges_count(settings->ranges),
		.technique_count = technique_count,
		.max_blocks = BLOCKS_MAX / BUCKETS_SCALES,
		.host_seed = settings->host_seed,
		.has_rosters = true,
	};
	struct rules rules = {
		.ranges = settings->ranges,
		.plugins = settings->plugins,
		.geoip = settings->geoip,
		.alarms_per_year = settings->alarms_per_year,
	};
	if (!analyst)
		return -ENOMEM;
	analyst->settings = *settings;
	analyst->roll.technique_count = technique_count;
	analyst->roll.rosters.max_bytes = ROSTERS_BYTES;
	analyst->judge.buckets = &analyst->buckets;
	analyst->judge.alert = settings->listener.alert;
	analyst->judge.argument = settings->listener.argument;
	int error = judge_set_rules(&analyst->judge, &rules);
	if (error == 0)
		error = buckets_init(&analyst->buckets, &metering);
	if (error < 0) {
		analyst_free(analyst);
		return error;
	}
	*ret_analyst = analyst;
	return 0;
}

void analyst_free(struct analyst *analyst)
{
	if (!analyst)
		return;
	buckets_done(&analyst->buckets);
	shelf_done(&analyst->shelf, &analyst->roll.rosters);
	roll_done(&analyst->roll);
	judge_done(&analyst->judge);
	tenure_done(&analyst->tenure);
	free(analyst);
}

static struct tracked *find_control(const struct analyst *analyst)
{
	return roll_find(&analyst->roll, RANGE_CONTROL);
}

/* Begins to follow the ranges that were silent until now. */
static void track_new_ranges(struct analyst *analyst)
{
	const struct bucket *minute = &analyst->buckets.scales[0];
	uint32_t count;
	struct meter_range *const *touched = meter_touched(minute->meter, &count);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t range = touched[i]->range;
		/* A minute of the former run's may hold a group that this run does not have. */
		if (range == RANGE_CONTROL && analyst->settings.control_limit == 0)
			continue;
		if (!roll_find(&analyst->roll, range) &&
			roll_add(&analyst->roll, range, &analyst->judge.detect, minute->start_s) <
				0)
			analyst->refused++;
	}
}

static void tell_usage(struct analyst *analyst, const struct tracked *tracked, uint32_t scale,
	double coverage, bool is_over)
{
	const struct bucket *bucket = &analyst->buckets.scales[scale];
	struct analyst_usage usage = {
		.range = ranges_name(analyst->settings.ranges, tracked->range),
		.start_s = bucket->start_s,
		.since_s = bucket->since_s,
		.scale_s = buckets_scales_s[scale],
		.is_over = is_over,
		.coverage = coverage,
		.counts = meter_look(bucket->meter, tracked->range),
		.techniques = &analyst->settings.plugins->techniques,
	};
	analyst->settings.listener.usage(analyst->settings.listener.argument, &usage);
}

/* What the ranges remember of their hosts. */
static void remember_hosts(struct analyst *analyst, uint32_t scale)
{
	const struct bucket *bucket = &analyst->buckets.scales[scale];
	for (uint32_t i = 0; i < analyst->roll.count; i++) {
		struct tracked *tracked = analyst->roll.tracked[i];
		const struct meter_range *counts = meter_look(bucket->meter, tracked->range);
		if (scale == 0)
			tracked_follow(tracked, &analyst->roll.rosters, counts);
		else if (buckets_scales_s[scale] == 3600)
			pulse_put(&tracked->pulse, bucket->start_s,
				counts ? hosts_count(&counts->all.hosts) : 0);
	}
}

static double trust(double coverage)
{
	return coverage >= ANALYST_COVERAGE_MIN ? coverage : 0;
}

/* Bucket into bucket. One that is not over is not judged, a minute then not even told. */
static void close_bucket(struct analyst *analyst, uint32_t scale, bool is_over)
{
	double coverage = buckets_coverage(&analyst->buckets, scale);
	int64_t start_s = analyst->buckets.scales[scale].start_s;
	if (scale == 0)
		track_new_ranges(analyst);
	struct tracked *control = find_control(analyst);
	if (is_over)
		remember_hosts(analyst, scale);
	if (is_over && control)
		judge_bucket(&analyst->judge, control, control, scale, trust(coverage));
	for (uint32_t i = 0; i < analyst->roll.count; i++) {
		struct tracked *tracked = analyst->roll.tracked[i];
		if (tracked == control)
			continue;
		double covered = coverage * tenure_share(&analyst->tenure, tracked->range, start_s,
						    buckets_scales_s[scale]);
		if (is_over || scale > 0)
			tell_usage(analyst, tracked, scale, covered, is_over);
		if (is_over)
			judge_bucket(&analyst->judge, tracked, control, scale, trust(covered));
	}
	buckets_pass_on(&analyst->buckets, scale);
}

/* Closes, finest first, the buckets that end at or before `time_s`. */
static void close_until(struct analyst *analyst, int64_t time_s)
{
	for (uint32_t scale = 0; scale < BUCKETS_SCALES; scale++)
		if (buckets_is_over(&analyst->buckets, scale, time_s))
			close_bucket(analyst, scale, true);
}

/* After a long gap nobody knows any more who is new. */
static void forget_hosts(struct analyst *analyst, int64_t start_s)
{
	for (uint32_t i = 0; i < analyst->roll.count && start_s - analyst->seen_s > FORGET_S; i++)
		analyst->roll.tracked[i]->since_s = start_s;
	analyst->seen_s = start_s + buckets_scales_s[0];
}

static void add_minute(struct analyst *analyst, int64_t start_s, double coverage,
	struct meter *const *meters, uint32_t count)
{
	close_until(analyst, start_s);
	forget_hosts(analyst, start_s);
	buckets_add_minute(&analyst->buckets, start_s, coverage, meters, count);
}

void analyst_take_minute(struct analyst *analyst, int64_t start_s, double coverage,
	struct meter *const *meters, uint32_t count)
{
	add_minute(analyst, start_s, coverage, meters, count);
	close_until(analyst, start_s + buckets_scales_s[0]);
}

void analyst_keep_minute(
	struct analyst *analyst, int64_t start_s, struct meter *const *meters, uint32_t count)
{
	add_minute(analyst, start_s, 0, meters, count);
}

const struct analyst_settings *analyst_settings(const struct analyst *analyst)
{
	return &analyst->settings;
}

void analyst_finish(struct analyst *analyst)
{
	for (uint32_t scale = 0; scale < BUCKETS_SCALES; scale++)
		if (analyst->buckets.scales[scale].is_open)
			close_bucket(analyst, scale, true);
}

void analyst_leave(struct analyst *analyst, double coverage)
{
	for (uint32_t scale = 0; scale < BUCKETS_SCALES; scale++) {
		struct bucket *bucket = &analyst->buckets.scales[scale];
		if (!bucket->is_open)
			continue;
		bucket->covered_s += coverage * buckets_scales_s[0];
		close_bucket(analyst, scale, false);
	}
}

/* Ranges that are left out are laid on the shelf, and those that come back taken from it; who is
 * new among their hosts is not known then. */
static void change_roll(struct analyst *analyst, const struct rules_change *change)
{
	struct roll *roll = &analyst->roll;
	const struct ranges *former = analyst->settings.ranges;
	struct tracked *tracked;
	for (uint32_t i = 0; i < ranges_count(former); i++) {
		tracked = change->numbers[i] == RANGE_NONE ? roll_take(roll, i) : NULL;
		if (tracked)
			shelf_put(&analyst->shelf, ranges_name(former, i), tracked, &roll->rosters);
	}
	roll_renumber(roll, change->numbers);
	while ((tracked = shelf_take(&analyst->shelf, change->rules.ranges))) {
		tracked->since_s = change->time_us / 1000000;
		if (roll_put(roll, tracked) < 0) {
			tracked_free(tracked, &roll->rosters);
			analyst->refused++;
		}
	}
}

void analyst_change_rules(struct analyst *analyst, const struct rules_change *change)
{
	const struct rules *rules = &change->rules;
	tenure_change(&analyst->tenure, change, ranges_count(analyst->settings.ranges));
	change_roll(analyst, change);
	buckets_renumber(&analyst->buckets, change->numbers, ranges_count(rules->ranges));
	judge_set_rules(&analyst->judge, rules); /* a configuration's are within bounds */
	analyst->settings.ranges = rules->ranges;
	analyst->settings.plugins = rules->plugins;
	analyst->settings.geoip = rules->geoip;
	analyst->settings.alarms_per_year = rules->alarms_per_year;
}

void analyst_save(const struct analyst *analyst, struct pack_writer *writer)
{
	pack_put_u32(writer, analyst->settings.control_limit);
	tenure_save(&analyst->tenure, ranges_count(analyst->settings.ranges), writer);
	roll_save(&analyst->roll, writer);
	pack_put_i64(writer, analyst->seen_s);
	buckets_save(&analyst->buckets, writer);
}

int analyst_load(struct analyst *analyst, struct pack_reader *reader,
	const struct meter_numbering *numbering, int64_t time_s)
{
	bool is_same_control = pack_get_u32(reader) == analyst->settings.control_limit;
	int error = tenure_load(&analyst->tenure, ranges_count(analyst->settings.ranges), reader,
		numbering, time_s);
	if (error == 0)
		error = roll_load(&analyst->roll, &analyst->judge.detect, reader, numbering);
	/* A larger or smaller group does not rise or fall by that. */
	if (!is_same_control)
		roll_forget(&analyst->roll, RANGE_CONTROL);
	analyst->seen_s = pack_get_time_s(reader);
	if (error == 0)
		error = buckets_load(&analyst->buckets, reader, numbering);
	return error < 0 ? error : reader->error;
}

uint32_t analyst_tracked(const struct analyst *analyst, size_t *ret_bytes)
{
	*ret_bytes = 0;
	for (uint32_t i = 0; i < analyst->roll.count; i++)
		*ret_bytes += tracked_bytes(analyst->roll.tracked[i]);
	return analyst->roll.count - (find_control(analyst) != NULL);
}

double analyst_control_hosts(const struct analyst *analyst)
{
	const struct tracked *control = find_control(analyst);
	return control ? roster_count(&control->all, analyst->seen_s - 86400, analyst->seen_s) : 0;
}

uint64_t analyst_refused(const struct analyst *analyst)
{
	return analyst->refused + analyst->judge.refused + analyst->roll.rosters.refused +
	       analyst->shelf.dropped + buckets_refused(&analyst->buckets);
}

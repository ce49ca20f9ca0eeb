/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/analyst.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "detect/control.h"
#include "pipeline/roll.h"
#include "pipeline/shelf.h"

#define BLOCKS_MAX 262144 /* of 4 KiB, for the sets of hosts of all four scales together */
#define ROSTERS_BYTES (256u << 20)
#define FORGET_S (COORDINATION_SILENCE_S / 2) /* a gap after which hosts are remembered anew */

static const uint32_t scales_s[ANALYST_SCALES] = {60, 3600, 86400, 604800};

/* The bucket of a scale that is being filled. */
struct bucket {
	struct meter *meter;
	int64_t start_s;
	double covered_s; /* seconds seen */
	bool is_open;
};

struct analyst {
	struct analyst_settings settings;
	struct detect_settings detect;
	uint32_t technique_count;
	struct bucket buckets[ANALYST_SCALES];
	struct roll roll;
	struct shelf shelf;
	int64_t *since_s; /* for each range: from when on it is watched; NULL: all from the start */
	int64_t seen_s;   /* end of the last minute */
	uint64_t refused;
	struct witness witness; /* of the alert in the making */
	struct alert alert;
};

int analyst_new(const struct analyst_settings *settings, struct analyst **ret_analyst)
{
	struct analyst *analyst = calloc(1, sizeof *analyst);
	uint32_t range_count = ranges_count(settings->ranges);
	if (!analyst)
		return -ENOMEM;
	analyst->settings = *settings;
	analyst->technique_count = settings->plugins->techniques.count;
	int error = detect_settings_init(&analyst->detect, settings->alarms_per_year,
		range_count * analyst->technique_count);
	if (error < 0)
		goto fail;
	error = -ENOMEM;
	analyst->roll.technique_count = analyst->technique_count;
	analyst->roll.rosters.max_bytes = ROSTERS_BYTES;
	struct meter_settings metering = {
		.range_count = range_count,
		.technique_count = analyst->technique_count,
		.max_blocks = BLOCKS_MAX / ANALYST_SCALES,
		.host_seed = settings->host_seed,
	};
	for (int scale = 0; scale < ANALYST_SCALES; scale++) {
		metering.has_rosters = scale == 0; /* the ranges' memories take over */
		if (meter_new(&metering, &analyst->buckets[scale].meter) < 0)
			goto fail;
	}
	*ret_analyst = analyst;
	return 0;
fail:
	analyst_free(analyst);
	return error;
}

void analyst_free(struct analyst *analyst)
{
	if (!analyst)
		return;
	for (int scale = 0; scale < ANALYST_SCALES; scale++)
		meter_free(analyst->buckets[scale].meter);
	shelf_done(&analyst->shelf, &analyst->roll.rosters);
	roll_done(&analyst->roll);
	witness_done(&analyst->witness);
	free(analyst->since_s);
	free(analyst);
}

static struct tracked *find_control(const struct analyst *analyst)
{
	return roll_find(&analyst->roll, RANGE_CONTROL);
}

/* Begins to follow the ranges that were silent until now. */
static void track_new_ranges(struct analyst *analyst, const struct meter *meter)
{
	uint32_t count;
	struct meter_range *const *touched = meter_touched(meter, &count);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t range = touched[i]->range;
		/* A minute of the former run's may hold a group that this run does not have. */
		if (range == RANGE_CONTROL && analyst->settings.control_limit == 0)
			continue;
		if (!roll_find(&analyst->roll, range) &&
			roll_add(&analyst->roll, range, &analyst->detect,
				analyst->buckets[0].start_s) < 0)
			analyst->refused++;
	}
}

/* Who used the technique lately: from the finest buckets that together reach back to `start_s`. */
static void gather_witness(struct analyst *analyst, uint32_t scale, uint32_t range,
	uint32_t technique, int64_t start_s)
{
	witness_clear(&analyst->witness);
	for (uint32_t s = scale; s < ANALYST_SCALES; s++) {
		const struct meter_range *counts = meter_look(analyst->buckets[s].meter, range);
		if (counts && counts->cells[technique].witness)
			analyst->refused += witness_merge(&analyst->witness,
						    counts->cells[technique].witness) < 0;
		if (analyst->buckets[s].is_open && analyst->buckets[s].start_s <= start_s &&
			analyst->witness.flows > 0)
			return;
	}
}

/* False when the control group has nothing to say: a trend's window is not one of its own. */
static bool contrast_event(const struct analyst *analyst, uint32_t technique,
	const struct detect_event *event, struct control_contrast *ret_contrast)
{
	const struct tracked *control = find_control(analyst);
	if (!control || event->kind == DETECT_TREND)
		return false;
	double hosts = roster_count(&control->all, event->window_start_s, event->window_end_s);
	return control_compare(
		&control->records[technique], &analyst->detect, event, hosts, ret_contrast);
}

static void raise_alert(struct analyst *analyst, const struct tracked *tracked, uint32_t technique,
	uint32_t scale, const struct detect_event *event)
{
	struct control_contrast contrast;
	struct coordination coordination;
	bool has_contrast = contrast_event(analyst, technique, event, &contrast);
	tracked_coordination(
		tracked, technique, event->window_start_s, event->window_end_s, &coordination);
	gather_witness(analyst, scale, tracked->range, technique, event->window_start_s);
	struct explain_context context = {
		.ranges = analyst->settings.ranges,
		.plugins = analyst->settings.plugins,
		.geoip = analyst->settings.geoip,
		.range = tracked->range,
		.technique = technique,
		.bytes = history_sum(&tracked->histories[technique], scales_s,
			event->window_start_s, event->window_end_s),
		.time_s = analyst->buckets[scale].start_s + scales_s[scale],
		.distinct_hosts = tracked_users(
			tracked, technique, event->window_start_s, event->window_end_s),
		.witness = &analyst->witness,
		.contrast = has_contrast ? &contrast : NULL,
		.coordination = &coordination,
	};
	explain_event(&context, event, &analyst->alert);
	analyst->settings.listener.alert(analyst->settings.listener.argument, &analyst->alert);
}

static double at_least_zero(double value)
{
	return value > 0 ? value : 0;
}

/* One range's bucket of one scale goes through the detectors of its techniques. The control group
 * comes first, as the others are held against it, and keeps what happens to itself. */
static void judge_range(
	struct analyst *analyst, struct tracked *tracked, uint32_t scale, double coverage)
{
	bool is_control = tracked->range == RANGE_CONTROL;
	const struct bucket *bucket = &analyst->buckets[scale];
	const struct meter_range *counts = meter_look(bucket->meter, tracked->range);
	double all_hosts = counts ? hosts_count(&counts->all.hosts) : 0;
	double all_flows = counts ? (double)counts->all.flows : 0;
	for (uint32_t t = 0; t < analyst->technique_count; t++) {
		const struct meter_cell *cell = counts ? &counts->cells[t] : NULL;
		double hosts = cell ? hosts_count(&cell->hosts) : 0;
		double flows = cell ? (double)cell->flows : 0;
		struct detect_input input = {
			.start_s = bucket->start_s,
			.count = {[DETECT_HOSTS] = hosts, [DETECT_FLOWS] = flows},
			.rest = {[DETECT_HOSTS] = at_least_zero(all_hosts - hosts),
				[DETECT_FLOWS] = at_least_zero(all_flows - flows)},
			.coverage = coverage,
		};
		struct detect_event event;
		history_put(&tracked->histories[t], scale, scales_s[scale], bucket->start_s,
			cell ? cell->bytes : 0);
		struct detector *detector = tracked_detector(tracked, t);
		if (is_control && coverage > 0)
			control_note(
				&tracked->records[t], detector, &analyst->detect, scale, &input);
		bool happened = detector_update(detector, &analyst->detect, scale, &input, &event);
		if (happened && !is_control)
			raise_alert(analyst, tracked, t, scale, &event);
	}
}

static void tell_usage(
	struct analyst *analyst, const struct tracked *tracked, uint32_t scale, double coverage)
{
	const struct bucket *bucket = &analyst->buckets[scale];
	struct analyst_usage usage = {
		.range = ranges_name(analyst->settings.ranges, tracked->range),
		.start_s = bucket->start_s,
		.scale_s = scales_s[scale],
		.coverage = coverage,
		.counts = meter_look(bucket->meter, tracked->range),
		.techniques = &analyst->settings.plugins->techniques,
	};
	analyst->settings.listener.usage(analyst->settings.listener.argument, &usage);
}

/* The part of a bucket in which the range was watched already. */
static double find_watched(
	const struct analyst *analyst, const struct tracked *tracked, uint32_t scale)
{
	int64_t start_s = analyst->buckets[scale].start_s;
	bool is_new = analyst->since_s && tracked->range != RANGE_CONTROL;
	int64_t since_s = is_new ? analyst->since_s[tracked->range] : 0;
	if (since_s <= start_s)
		return 1;
	double late = (double)(since_s - start_s) / scales_s[scale];
	return late < 1 ? 1 - late : 0;
}

/* What the ranges remember of their hosts. */
static void remember_hosts(struct analyst *analyst, uint32_t scale)
{
	const struct bucket *bucket = &analyst->buckets[scale];
	for (uint32_t i = 0; i < analyst->roll.count; i++) {
		struct tracked *tracked = analyst->roll.tracked[i];
		const struct meter_range *counts = meter_look(bucket->meter, tracked->range);
		if (scale == 0)
			tracked_follow(tracked, &analyst->roll.rosters, counts);
		else if (scales_s[scale] == 3600)
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
	struct bucket *bucket = &analyst->buckets[scale];
	double coverage = bucket->covered_s / scales_s[scale];
	if (scale == 0)
		track_new_ranges(analyst, bucket->meter);
	struct tracked *control = find_control(analyst);
	if (is_over)
		remember_hosts(analyst, scale);
	if (is_over && control)
		judge_range(analyst, control, scale, trust(coverage));
	for (uint32_t i = 0; i < analyst->roll.count; i++) {
		if (analyst->roll.tracked[i] == control)
			continue;
		double covered = coverage * find_watched(analyst, analyst->roll.tracked[i], scale);
		if (is_over || scale > 0)
			tell_usage(analyst, analyst->roll.tracked[i], scale, covered);
		if (is_over)
			judge_range(analyst, analyst->roll.tracked[i], scale, trust(covered));
	}
	if (scale + 1 < ANALYST_SCALES)
		meter_merge(analyst->buckets[scale + 1].meter, bucket->meter);
	meter_clear(bucket->meter);
	bucket->is_open = false;
}

/* Closes, finest first, the buckets that end at or before `time_s`. */
static void close_until(struct analyst *analyst, int64_t time_s)
{
	for (uint32_t scale = 0; scale < ANALYST_SCALES; scale++) {
		const struct bucket *bucket = &analyst->buckets[scale];
		if (bucket->is_open && bucket->start_s + scales_s[scale] <= time_s)
			close_bucket(analyst, scale, true);
	}
}

/* After a long gap nobody knows any more who is new. */
static void forget_hosts(struct analyst *analyst, int64_t start_s)
{
	for (uint32_t i = 0; i < analyst->roll.count && start_s - analyst->seen_s > FORGET_S; i++)
		analyst->roll.tracked[i]->since_s = start_s;
	analyst->seen_s = start_s + scales_s[0];
}

/* Adds meters to the minute that begins at `start_s`, of which `coverage` was seen. */
static void add_minute(struct analyst *analyst, int64_t start_s, double coverage,
	struct meter *const *meters, uint32_t count)
{
	close_until(analyst, start_s);
	forget_hosts(analyst, start_s);
	for (uint32_t scale = 0; scale < ANALYST_SCALES; scale++) {
		struct bucket *bucket = &analyst->buckets[scale];
		if (!bucket->is_open) {
			bucket->start_s = start_s - start_s % scales_s[scale];
			bucket->covered_s = 0;
			bucket->is_open = true;
		}
		bucket->covered_s += coverage * scales_s[0];
	}
	for (uint32_t i = 0; i < count; i++) {
		meter_merge(analyst->buckets[0].meter, meters[i]);
		meter_clear(meters[i]);
	}
}

void analyst_take_minute(struct analyst *analyst, int64_t start_s, double coverage,
	struct meter *const *meters, uint32_t count)
{
	add_minute(analyst, start_s, coverage, meters, count);
	close_until(analyst, start_s + scales_s[0]);
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
	for (uint32_t scale = 0; scale < ANALYST_SCALES; scale++)
		if (analyst->buckets[scale].is_open)
			close_bucket(analyst, scale, true);
}

void analyst_leave(struct analyst *analyst, double coverage)
{
	for (uint32_t scale = 0; scale < ANALYST_SCALES; scale++) {
		if (!analyst->buckets[scale].is_open)
			continue;
		analyst->buckets[scale].covered_s += coverage * scales_s[0];
		close_bucket(analyst, scale, false);
	}
}

/* Without memory the first buckets of new ranges are taken for whole. */
static void renew_since(struct analyst *analyst, const struct rules_change *change)
{
	uint32_t former_count = ranges_count(analyst->settings.ranges);
	uint32_t count = ranges_count(change->rules.ranges);
	int64_t *since_s = malloc((count + 1) * sizeof *since_s);
	for (uint32_t i = 0; since_s && i < count; i++)
		since_s[i] = change->time_us / 1000000;
	for (uint32_t i = 0; since_s && i < former_count; i++)
		if (change->numbers[i] != RANGE_NONE)
			since_s[change->numbers[i]] = analyst->since_s ? analyst->since_s[i] : 0;
	free(analyst->since_s);
	analyst->since_s = since_s;
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
	struct detect_settings detect;
	uint32_t count = ranges_count(rules->ranges);
	renew_since(analyst, change);
	change_roll(analyst, change);
	for (int scale = 0; scale < ANALYST_SCALES; scale++)
		meter_renumber(analyst->buckets[scale].meter, change->numbers, count);
	/* Settings of a configuration are within bounds. */
	if (detect_settings_init(
		    &detect, rules->alarms_per_year, count * analyst->technique_count) == 0)
		analyst->detect = detect;
	analyst->settings.ranges = rules->ranges;
	analyst->settings.plugins = rules->plugins;
	analyst->settings.geoip = rules->geoip;
	analyst->settings.alarms_per_year = rules->alarms_per_year;
}

static void save_bucket(const struct bucket *bucket, struct pack_writer *writer)
{
	pack_put_u8(writer, bucket->is_open);
	pack_put_i64(writer, bucket->start_s);
	pack_put_double(writer, bucket->covered_s);
	meter_save(bucket->meter, writer);
}

static int load_bucket(
	struct bucket *bucket, struct pack_reader *reader, const struct meter_numbering *numbering)
{
	bucket->is_open = pack_get_bool(reader);
	bucket->start_s = pack_get_i64(reader);
	bucket->covered_s = pack_get_double(reader);
	return meter_load(bucket->meter, reader, numbering);
}

/* Ranges that the saved analyst did not watch, are watched from now on. */
static int load_since(struct analyst *analyst, struct pack_reader *reader,
	const struct meter_numbering *numbering, int64_t time_s)
{
	uint32_t count = ranges_count(analyst->settings.ranges);
	analyst->since_s = malloc((count + 1) * sizeof *analyst->since_s);
	if (!analyst->since_s)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++)
		analyst->since_s[i] = time_s;
	for (uint32_t i = 0; i < numbering->range_count; i++) {
		int64_t since_s = pack_get_i64(reader);
		if (numbering->ranges[i] != METER_UNKNOWN)
			analyst->since_s[numbering->ranges[i]] = since_s;
	}
	return 0;
}

void analyst_save(const struct analyst *analyst, struct pack_writer *writer)
{
	pack_put_u32(writer, analyst->settings.control_limit);
	for (uint32_t i = 0; i < ranges_count(analyst->settings.ranges); i++)
		pack_put_i64(writer, analyst->since_s ? analyst->since_s[i] : 0);
	roll_save(&analyst->roll, writer);
	pack_put_i64(writer, analyst->seen_s);
	for (int scale = 0; scale < ANALYST_SCALES; scale++)
		save_bucket(&analyst->buckets[scale], writer);
}

int analyst_load(struct analyst *analyst, struct pack_reader *reader,
	const struct meter_numbering *numbering, int64_t time_s)
{
	bool is_same_control = pack_get_u32(reader) == analyst->settings.control_limit;
	int error = load_since(analyst, reader, numbering, time_s);
	if (error == 0)
		error = roll_load(&analyst->roll, &analyst->detect, reader, numbering);
	/* A larger or smaller group does not rise or fall by that. */
	if (!is_same_control)
		roll_forget(&analyst->roll, RANGE_CONTROL);
	analyst->seen_s = pack_get_i64(reader);
	for (int scale = 0; scale < ANALYST_SCALES && error == 0; scale++)
		error = load_bucket(&analyst->buckets[scale], reader, numbering);
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
	uint64_t refused =
		analyst->refused + analyst->roll.rosters.refused + analyst->shelf.dropped;
	for (int scale = 0; scale < ANALYST_SCALES; scale++)
		refused += meter_refused(analyst->buckets[scale].meter);
	return refused;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/judge.h"

void judge_done(struct judge *judge)
{
	witness_done(&judge->witness);
}

int judge_set_rules(struct judge *judge, const struct rules *rules)
{
	uint32_t pairs = ranges_count(rules->ranges) * rules->plugins->techniques.count;
	int error = detect_settings_init(&judge->detect, rules->alarms_per_year, pairs);
	judge->rules = *rules;
	return error;
}

/* Who used the technique lately: from the finest buckets that together reach back to `start_s`. */
static void gather_witness(
	struct judge *judge, uint32_t scale, uint32_t range, uint32_t technique, int64_t start_s)
{
	witness_clear(&judge->witness);
	for (uint32_t s = scale; s < BUCKETS_SCALES; s++) {
		const struct bucket *bucket = &judge->buckets->scales[s];
		const struct meter_range *counts = meter_look(bucket->meter, range);
		if (counts && counts->cells[technique].witness)
			judge->refused += witness_merge(&judge->witness,
						  counts->cells[technique].witness) < 0;
		if (bucket->is_open && bucket->start_s <= start_s && judge->witness.flows > 0)
			return;
	}
}

/* False when the control group has nothing to say: a trend's window is not one of its own. */
static bool contrast_event(const struct judge *judge, const struct tracked *control,
	uint32_t technique, const struct detect_event *event, struct control_contrast *ret_contrast)
{
	if (!control || event->kind == DETECT_TREND)
		return false;
	double hosts = roster_count(&control->all, event->window_start_s, event->window_end_s);
	return control_compare(
		&control->records[technique], &judge->detect, event, hosts, ret_contrast);
}

static void raise_alert(struct judge *judge, const struct tracked *tracked,
	const struct tracked *control, uint32_t technique, uint32_t scale,
	const struct detect_event *event)
{
	struct control_contrast contrast;
	struct coordination coordination;
	int64_t start_s = event->window_start_s, end_s = event->window_end_s;
	bool has_contrast = contrast_event(judge, control, technique, event, &contrast);
	tracked_coordination(tracked, technique, start_s, end_s, &coordination);
	gather_witness(judge, scale, tracked->range, technique, start_s);
	struct explain_context context = {
		.ranges = judge->rules.ranges,
		.plugins = judge->rules.plugins,
		.geoip = judge->rules.geoip,
		.range = tracked->range,
		.technique = technique,
		.bytes = history_sum(
			&tracked->histories[technique], buckets_scales_s, start_s, end_s),
		.time_s = judge->buckets->scales[scale].start_s + buckets_scales_s[scale],
		.distinct_hosts = tracked_users(tracked, technique, start_s, end_s),
		.witness = &judge->witness,
		.contrast = has_contrast ? &contrast : NULL,
		.coordination = &coordination,
	};
	explain_event(&context, event, &judge->made);
	judge->alert(judge->argument, &judge->made);
}

static double at_least_zero(double value)
{
	return value > 0 ? value : 0;
}

/* What a bucket of `counts` (NULL: nothing) holds of a technique. */
static struct detect_input describe_bucket(
	const struct meter_range *counts, uint32_t technique, int64_t start_s, double coverage)
{
	struct detect_input input = {.start_s = start_s, .coverage = coverage};
	if (!counts)
		return input;
	double hosts = hosts_count(&counts->cells[technique].hosts);
	double flows = (double)counts->cells[technique].flows;
	input.count[DETECT_HOSTS] = hosts;
	input.count[DETECT_FLOWS] = flows;
	input.rest[DETECT_HOSTS] = at_least_zero(hosts_count(&counts->all.hosts) - hosts);
	input.rest[DETECT_FLOWS] = at_least_zero((double)counts->all.flows - flows);
	return input;
}

void judge_bucket(struct judge *judge, struct tracked *tracked, const struct tracked *control,
	uint32_t scale, double coverage)
{
	const struct bucket *bucket = &judge->buckets->scales[scale];
	const struct meter_range *counts = meter_look(bucket->meter, tracked->range);
	for (uint32_t t = 0; t < tracked->technique_count; t++) {
		struct detect_input input = describe_bucket(counts, t, bucket->start_s, coverage);
		struct detect_event event;
		history_put(&tracked->histories[t], scale, buckets_scales_s[scale], bucket->start_s,
			counts ? counts->cells[t].bytes : 0);
		struct detector *detector = tracked_detector(tracked, t);
		if (tracked == control && coverage > 0)
			control_note(&tracked->records[t], detector, &judge->detect, scale, &input);
		bool happened = detector_update(detector, &judge->detect, scale, &input, &event);
		if (happened && tracked != control)
			raise_alert(judge, tracked, control, t, scale, &event);
	}
}

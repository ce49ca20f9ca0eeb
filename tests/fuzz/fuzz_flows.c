/* SPDX-License-Identifier: Apache-2.0 */
/* A pcap as bytes through the whole pipeline, from frames to flow lines, usage and alerts. What it
 * says must add up, whatever the frames hold. Records are cut out here: libpcap has a target of its
 * own. */
#include "commands/flow_line.h"
#include "pipeline/pipeline.h"
#include "tests/fuzz/ndpi_snapshot.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER_BYTES 24
#define RECORD_BYTES 16
#define FRAMES_MAX 2000
#define RANGES 4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct {
	struct ranges *ranges;
	struct plugins *plugins;
} setup;

/* What the listeners heard. */
struct heard {
	uint64_t flows, packets;
	/* Of all minutes so far, by range; behind the last one the control group. */
	struct sums {
		uint64_t flows, bytes;
		uint64_t used_flows[TECHNIQUES_MAX], used_bytes[TECHNIQUES_MAX];
	} sums[RANGES + 1];
};

static void check(int holds, const char *claim)
{
	if (holds)
		return;
	fprintf(stderr, "does not hold: %s\n", claim);
	abort();
}

static void on_flow(void *argument, const struct flow *flow, const struct findings *findings,
	const struct classifier *classifier)
{
	struct heard *heard = argument;
	char *line = flow_line_format(flow, findings, classifier, setup.plugins);
	json_t *parsed = json_loads(line, JSON_REJECT_DUPLICATES, NULL);

	check(json_is_object(parsed), "a flow line is a JSON object");
	for (const char *byte = line; *byte; byte++)
		check(*byte >= ' ' && *byte <= '~', "a flow line is printable ASCII");
	json_decref(parsed);
	free(line);
	check((flow->tunnels & flow->contacts) == 0, "a technique is tunnel or contact");
	check((flow->tunnels & flow->suspected) == 0, "a technique is used or suspected");
	check((flow->counted & ~flow->tunnels) == 0 || flow->is_metered,
		"counted flows are metered");
	heard->flows++;
	heard->packets += flow->packets[0] + flow->packets[1];
}

static void on_alert(void *argument, const struct alert *alert)
{
	(void)argument;
	check(alert->window_end_s > alert->window_start_s, "an alert has a window");
}

static struct sums *find_sums(struct heard *heard, const char *range)
{
	uint32_t number = ranges_find_name(setup.ranges, range);

	return &heard->sums[number < RANGES ? number : RANGES];
}

static void on_usage(void *argument, const struct analyst_usage *usage)
{
	struct sums *sums = find_sums(argument, usage->range);

	check(usage->start_s % usage->scale_s == 0, "buckets are aligned");
	check(usage->coverage >= 0 && usage->coverage <= 1.0000001, "coverage is a share");
	if (usage->scale_s != 60 || !usage->counts)
		return;
	sums->flows += usage->counts->all.flows;
	sums->bytes += usage->counts->all.bytes;
	for (uint32_t i = 0; i < usage->techniques->count; i++) {
		sums->used_flows[i] += usage->counts->cells[i].flows;
		sums->used_bytes[i] += usage->counts->cells[i].bytes;
		check(sums->used_flows[i] <= sums->flows, "uses are flows of their range");
		check(sums->used_bytes[i] <= sums->bytes, "bytes of a use are its range's");
	}
}

static void on_message(void *argument, const char *plugin, const char *where, const char *message)
{
	(void)argument;
	fprintf(stderr, "%s: %s: %s\n", plugin, where ? where : "", message);
}

static void set_up(void)
{
	static const struct plugins_listener listener = {on_message, on_message, NULL};

	if (setup.plugins)
		return;
	check(ranges_new(&setup.ranges) == 0 && ranges_add(setup.ranges, "10.0.0.0/8=ten") == 0 &&
			ranges_add(setup.ranges, "192.168.0.0/16=home") == 0 &&
			ranges_add(setup.ranges, "175.45.176.0/22=lab") == 0 &&
			ranges_add(setup.ranges, "2001:db8::/32=six") == 0 &&
			ranges_finish(setup.ranges) == 0,
		"ranges can be made");
	check(plugins_load(&listener, NULL, 0, NULL, 0, &setup.plugins) == 0, "plugins load");
}

static uint32_t read32(const uint8_t *data)
{
	return (uint32_t)data[0] | (uint32_t)data[1] << 8 | (uint32_t)data[2] << 16 |
	       (uint32_t)data[3] << 24;
}

/* Feeds the records that are whole; returns how many, and their wire bytes. */
static uint64_t feed(
	struct pipeline *pipeline, const uint8_t *data, size_t size, uint64_t *ret_bytes)
{
	int link_type = (int)(read32(data + 20) & 0xffff);
	uint64_t frames = 0;
	size_t at = HEADER_BYTES;

	while (frames < FRAMES_MAX && size - at >= RECORD_BYTES) {
		uint32_t captured = read32(data + at + 8), wire = read32(data + at + 12);

		if (captured > size - at - RECORD_BYTES)
			break;
		/* A block of its own, so that a sanitizer sees the first byte beyond. */
		uint8_t *copy = malloc(captured ? captured : 1);
		check(copy != NULL, "there is memory");
		memcpy(copy, data + at + RECORD_BYTES, captured);
		struct frame frame = {
			.data = copy,
			.captured_bytes = captured,
			.wire_bytes = wire > captured ? wire & 0xffffff : captured,
			.link_type = link_type,
			.time_us = (int64_t)read32(data + at) * 1000000 +
				   (int32_t)read32(data + at + 4),
		};
		if (frame.wire_bytes < captured)
			frame.wire_bytes = captured;
		pipeline_take(pipeline, 0, &frame);
		free(copy);
		*ret_bytes += frame.wire_bytes;
		frames++;
		at += RECORD_BYTES + captured;
	}
	return frames;
}

static void check_balance(const struct pipeline_stats *stats, const struct heard *heard,
	uint64_t frames, uint64_t bytes)
{
	uint64_t sum = 0, metered_bytes = 0;

	for (int range = 0; range <= RANGES; range++)
		metered_bytes += heard->sums[range].bytes;
	for (int verdict = 0; verdict < PACKET_VERDICTS; verdict++)
		sum += stats->gate.packets[verdict];
	check(sum == frames, "every frame ends in one counter");
	check(stats->gate.bytes == bytes, "every frame's bytes are counted");
	check(stats->gate.packets[PACKET_DECODED] - stats->gate.unwatched + stats->gate.control ==
			heard->packets,
		"every packet that was let through is in a flow");
	check(stats->worker.flows.created == heard->flows, "every flow ends once");
	check(stats->worker.flows.active == 0, "no flow is left");
	check(stats->worker.inspections.active == 0, "no inspection is left");
	check(metered_bytes <= bytes, "no byte is counted twice");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct heard heard = {0};
	struct pipeline_stats stats;
	struct pipeline *pipeline;
	uint64_t bytes = 0;

	if (size < HEADER_BYTES)
		return 0;
	set_up();
	struct pipeline_settings settings = {
		.readers = 1,
		.workers = 1,
		.worker = {.ranges = setup.ranges,
			.sample = sample_make(data[4] & 2 ? 0.5 : 0),
			.plugins = setup.plugins,
			.max_flows = 64,
			.is_asymmetric = data[4] & 1,
			.seed = 1,
			.host_seed = 1,
			.listener = {on_flow, &heard}},
		.analyst = {.ranges = setup.ranges,
			.plugins = setup.plugins,
			.alarms_per_year = 12,
			.host_seed = 1,
			.listener = {on_alert, on_usage, &heard}},
	};
	check(pipeline_new(&settings, &pipeline) == 0, "a pipeline can be made");
	uint64_t frames = feed(pipeline, data, size, &bytes);
	pipeline_finish(pipeline);
	pipeline_stats(pipeline, &stats);
	check_balance(&stats, &heard, frames, bytes);
	pipeline_free(pipeline);
	return 0;
}

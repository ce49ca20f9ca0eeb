/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/metrics.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#define AT(member) offsetof(struct metrics, member)

/* One figure: its place, its names for both, and what it says. */
static const struct figure {
	size_t offset;    /* of an uint64_t */
	const char *name; /* in Redis; in Prometheus surgetap_NAME, counters end in _total */
	const char *help;
	bool is_gauge;
} figures[] = {
	{AT(capture.frames), "packets", "packets taken from the interfaces", false},
	{AT(capture.bytes), "bytes", "their bytes on the wire", false},
	{AT(capture.snapped), "snapped", "packets longer than the snapshot length", false},
	{AT(capture.kernel_drops), "kernel_drops", "packets lost because the ring was full", false},
	{AT(capture.waiting), "ring_packets", "packets in the ring just now", true},
	{AT(capture.interface_drops), "interface_drops", "packets lost by the interfaces", false},
	{AT(capture.softnet_drops), "softnet_drops", "packets lost in the host's backlog", false},
	{AT(capture.down), "interfaces_down", "interfaces that are down or gone just now", true},
	{AT(capture.outages), "outages", "times that an interface went down or away", false},
	{AT(pipeline.gate.unwatched), "unwatched", "decoded packets between hosts not watched",
		false},
	{AT(pipeline.gate.datagrams.whole), "datagrams_whole", "put together from fragments",
		false},
	{AT(pipeline.gate.datagrams.lost), "datagrams_lost",
		"in fragments, of which some did not come in time", false},
	{AT(pipeline.gate.control), "control_packets", "packets of the control group", false},
	{AT(pipeline.judged.control_hosts), "control_hosts",
		"hosts of the control group seen in the last day", true},
	{AT(pipeline.worker.control_flows), "control_flows", "flows begun of the control group",
		false},
	{AT(pipeline.worker.unmetered), "unmetered",
		"packets in no bucket: their time was not believed", false},
	{AT(pipeline.clock.late), "time_late", "packets a minute or more behind the clock", false},
	{AT(pipeline.clock.outliers), "time_outliers", "packets that claimed a far time", false},
	{AT(pipeline.clock.jumps), "time_jumps", "far steps of time that were believed", false},
	{AT(clock_steps), "clock_steps", "times that the host's clock was set back", false},
	{AT(pipeline.gaps), "gaps", "silences of more than an hour", false},
	{AT(pipeline.minutes), "minutes_closed", "minutes closed", false},
	{AT(pipeline.worker.flows.created), "flows", "flows begun, of the control group too",
		false},
	{AT(pipeline.worker.flows.active), "flows_active", "flows under way", true},
	{AT(pipeline.worker.inspections.active), "inspections_active", "flows under inspection",
		true},
	{AT(pipeline.worker.inspections.refused), "flows_uninspected",
		"flows counted without a verdict: too many under inspection", false},
	{AT(pipeline.worker.inspections.hellos_lost), "hellos_lost",
		"ClientHellos that gave way to younger ones before they were whole", false},
	{AT(pipeline.worker.inspections.messages_lost), "messages_lost",
		"messages of TCP that gave way to younger ones while they were put together",
		false},
	{AT(pipeline.worker.inspections.evidence_dropped), "evidence_dropped",
		"reports of plugins beyond a flow's limit", false},
	{AT(pipeline.meter_refused), "meter_refused", "counts for which there was no place", false},
	{AT(publisher.alerts), "alerts", "alerts handed to the publisher", false},
	{AT(publisher.usage_lines), "usage_lines", "buckets handed to the publisher", false},
	{AT(publisher.redis_acknowledged), "redis_acknowledged", "entries Redis has taken", false},
	{AT(publisher.redis_pending), "redis_pending", "entries waiting for Redis", true},
	{AT(publisher.redis_dropped), "redis_dropped", "entries lost: the queue was full", false},
	{AT(publisher.redis_errors), "redis_errors", "replies of Redis that were errors", false},
	{AT(publisher.redis_connects), "redis_connects", "connections made to Redis", false},
	{AT(publisher.spool_pending), "spool_pending", "alerts in the spool that wait for Redis",
		true},
	{AT(publisher.spool_bytes), "spool_bytes", "size of the spool", true},
	{AT(publisher.spool_errors), "spool_errors", "alerts that the spool did not take", false},
	{AT(publisher.file_errors), "file_errors", "writes to output files that failed", false},
	{AT(reload.taken), "reloads", "configurations and lists taken over while running", false},
	{AT(reload.refused), "reload_failures", "configurations and lists refused for a fault",
		false},
	{AT(http.late), "http_late", "clients of this page that were ended: too slow", false},
	{AT(http.crowded_out), "http_crowded_out", "clients of this page that made room for others",
		false},
	{AT(rss_bytes), "resident_memory_bytes", "memory in use", true},
};

#define FIGURES (sizeof(figures) / sizeof(figures[0]))

static uint64_t value_of(const struct metrics *metrics, const struct figure *figure)
{
	return *(const uint64_t *)((const char *)metrics + figure->offset);
}

/* Begins a family: all its samples follow. */
static void begin(FILE *stream, const char *name, const char *type, const char *help)
{
	fprintf(stream, "# HELP surgetap_%s %s\n# TYPE surgetap_%s %s\n", name, help, name, type);
}

/* A value between quotes, as the format wants it. */
static void print_label(FILE *stream, const char *label, const char *value)
{
	fprintf(stream, "%s=\"", label);
	for (; *value; value++)
		if (*value == '\n')
			fputs("\\n", stream);
		else if (*value == '"' || *value == '\\')
			fprintf(stream, "\\%c", *value);
		else
			fputc(*value, stream);
	fputc('"', stream);
}

static void print_labelled(
	FILE *stream, const char *name, const char *label, const char *value, uint64_t count)
{
	fprintf(stream, "surgetap_%s{", name);
	print_label(stream, label, value);
	fprintf(stream, "} %" PRIu64 "\n", count);
}

/* One sample without a label. */
static void print_real(
	FILE *stream, const char *name, const char *type, const char *help, double value)
{
	begin(stream, name, type, help);
	fprintf(stream, "surgetap_%s %.15g\n", name, value);
}

static void print_info(FILE *stream, const struct metrics *metrics)
{
	begin(stream, "info", "gauge", "always 1");
	fputs("surgetap_info{version=\"" SURGETAP_VERSION "\",", stream);
	print_label(stream, "sensor", metrics->sensor ? metrics->sensor : "");
	fputc(',', stream);
	print_label(stream, "interface", metrics->interface ? metrics->interface : "");
	fputs("} 1\n", stream);
}

static void print_figures(FILE *stream, const struct metrics *metrics)
{
	for (size_t i = 0; i < FIGURES; i++) {
		const struct figure *figure = &figures[i];
		char name[64];

		snprintf(
			name, sizeof(name), "%s%s", figure->name, figure->is_gauge ? "" : "_total");
		begin(stream, name, figure->is_gauge ? "gauge" : "counter", figure->help);
		fprintf(stream, "surgetap_%s %" PRIu64 "\n", name, value_of(metrics, figure));
	}
}

static void print_flows(FILE *stream, const struct worker_stats *worker)
{
	static const char *const ends[FLOW_ENDS] = {[FLOW_END_IDLE] = "idle",
		[FLOW_END_REUSED] = "reused",
		[FLOW_END_EVICTED] = "evicted",
		[FLOW_END_CAPTURE] = "capture_end",
		[FLOW_END_UNWATCHED] = "unwatched"};
	static const char *const lives[FLOW_LIVES] = {[FLOW_LIFE_UNANSWERED] = "unanswered",
		[FLOW_LIFE_CLOSED] = "closed",
		[FLOW_LIFE_DATAGRAM] = "datagram",
		[FLOW_LIFE_STREAM] = "stream"};

	begin(stream, "flows_ended_total", "counter", "flows over, by why");
	for (int end = 0; end < FLOW_ENDS; end++)
		print_labelled(
			stream, "flows_ended_total", "reason", ends[end], worker->flows.ended[end]);
	begin(stream, "flows_evicted_total", "counter",
		"flows that gave way to others in a full table, by what they were");
	for (int life = 0; life < FLOW_LIVES; life++)
		print_labelled(stream, "flows_evicted_total", "life", lives[life],
			worker->flows.evicted[life]);
}

static void print_readers(FILE *stream, const struct capture_stats *capture)
{
	char number[16];

	begin(stream, "reader_packets_total", "counter",
		"packets taken by each of the readers that share the tap");
	for (uint32_t i = 0; i < capture->readers; i++) {
		snprintf(number, sizeof(number), "%u", i);
		print_labelled(
			stream, "reader_packets_total", "reader", number, capture->frames_of[i]);
	}
}

static void print_families(FILE *stream, const struct metrics *metrics)
{
	const struct pipeline_stats *pipeline = &metrics->pipeline;

	begin(stream, "packets_by_verdict_total", "counter",
		"packets by what decoding made of them; their sum is all packets taken");
	for (enum packet_verdict verdict = 0; verdict < PACKET_VERDICTS; verdict++)
		print_labelled(stream, "packets_by_verdict_total", "verdict",
			packet_verdict_name(verdict), pipeline->gate.packets[verdict]);
	print_readers(stream, &metrics->capture);
	print_flows(stream, &pipeline->worker);
	begin(stream, "flows_by_technique_total", "counter", "flows recognised, by technique");
	for (uint32_t i = 0; i < metrics->technique_count; i++)
		print_labelled(stream, "flows_by_technique_total", "technique",
			metrics->techniques[i], pipeline->worker.flows_by_technique[i]);
	begin(stream, "stage_seconds_total", "counter", "time of all threads, by stage");
	for (enum stage stage = 0; stage < STAGES; stage++)
		fprintf(stream, "surgetap_stage_seconds_total{stage=\"%s\"} %.3f\n",
			stage_name(stage), metrics->times.seconds[stage]);
}

static void print_state(FILE *stream, const struct metrics *metrics)
{
	const struct pipeline_stats *pipeline = &metrics->pipeline;

	print_real(stream, "blind_seconds_total", "counter",
		"time in which an interface was not there",
		(double)metrics->capture.blind_us / 1e6);
	print_real(stream, "clock_ahead_seconds", "gauge",
		"the sensor's time ahead of the host's clock, after that was set back",
		metrics->clock_ahead_s);
	print_real(stream, "uptime_seconds", "gauge", "since the start", metrics->uptime_s);
	print_real(stream, "last_bucket_timestamp_seconds", "gauge",
		"begin of the minute judged last; 0 none", (double)pipeline->judged.last_s);
	print_real(stream, "last_reload_timestamp_seconds", "gauge",
		"when a configuration or list was taken over last; 0 never",
		(double)metrics->reload.last_s);
	print_real(stream, "minutes_waiting", "gauge", "minutes closed and not judged",
		(double)(pipeline->closed - pipeline->judged.minutes));
	print_real(stream, "queue_batches", "gauge", "batches of packets that wait for workers",
		metrics->times.queued);
	print_real(stream, "queue_batches_limit", "gauge", "the most that can wait",
		metrics->times.queued_most);
	print_real(stream, "ranges_active", "gauge", "watched ranges that have had traffic",
		pipeline->judged.ranges);
	print_real(stream, "detector_bytes", "gauge", "memory of their detectors",
		(double)pipeline->judged.detector_bytes);
}

int metrics_print(const struct metrics *metrics, FILE *stream)
{
	print_info(stream, metrics);
	print_figures(stream, metrics);
	print_families(stream, metrics);
	print_state(stream, metrics);
	return ferror(stream) ? -EIO : 0;
}

int metrics_write_file(const struct metrics *metrics, const char *path)
{
	char *temporary;
	FILE *stream;
	int error;

	if (asprintf(&temporary, "%s.new", path) < 0)
		return -ENOMEM;
	stream = fopen(temporary, "we");
	error = stream ? metrics_print(metrics, stream) : -errno;
	if (stream && fclose(stream) == EOF && error == 0)
		error = -errno;
	if (error == 0 && rename(temporary, path) < 0)
		error = -errno;
	if (error < 0 && stream)
		unlink(temporary);
	free(temporary);
	return error;
}

_Static_assert(FIGURES + 4 <= PUBLISHER_HEARTBEAT_MAX, "the heartbeat holds every figure");

size_t metrics_fill_fields(
	const struct metrics *metrics, struct publisher_field ret_fields[PUBLISHER_HEARTBEAT_MAX])
{
	const struct capture_stats *capture = &metrics->capture;
	size_t count = 0;

	for (size_t i = 0; i < FIGURES; i++)
		ret_fields[count++] = (struct publisher_field){
			figures[i].name, (double)value_of(metrics, &figures[i])};
	ret_fields[count++] = (struct publisher_field){
		"drops", (double)(capture->kernel_drops + capture->interface_drops +
				  capture->softnet_drops)};
	ret_fields[count++] =
		(struct publisher_field){"blind_seconds", (double)capture->blind_us / 1e6};
	ret_fields[count++] = (struct publisher_field){"uptime_seconds", metrics->uptime_s};
	ret_fields[count++] =
		(struct publisher_field){"last_bucket", (double)metrics->pipeline.judged.last_s};
	return count;
}

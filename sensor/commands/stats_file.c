/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/stats_file.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/log.h"
#include "commands/commands.h"

static void put(json_t *object, const char *name, uint64_t value)
{
	json_object_set_new(object, name, json_integer((json_int_t)value));
}

/* The balance: the verdicts sum up to what was received. */
static json_t *packets(const struct feed_result *result)
{
	const struct gate_stats *gate = &result->pipeline.gate;
	json_t *object = json_object();
	put(object, "received", feed_frames(result));
	for (int verdict = 0; verdict < PACKET_VERDICTS; verdict++)
		put(object, packet_verdict_name((enum packet_verdict)verdict),
			gate->packets[verdict]);
	return object;
}

/* Where decoded packets went, and how their time stamps were taken. */
static json_t *decoded(const struct feed_result *result)
{
	const struct pipeline_stats *pipeline = &result->pipeline;
	json_t *object = json_object();
	put(object, "unwatched", pipeline->gate.unwatched);
	put(object, "control", pipeline->gate.control);
	put(object, "datagrams_whole", pipeline->gate.datagrams.whole);
	put(object, "datagrams_lost", pipeline->gate.datagrams.lost);
	put(object, "unmetered", pipeline->worker.unmetered);
	put(object, "time_outliers", pipeline->clock.outliers);
	put(object, "time_late", pipeline->clock.late);
	put(object, "time_jumps", pipeline->clock.jumps);
	put(object, "gaps", pipeline->gaps);
	return object;
}

static json_t *flows(const struct feed_result *result, const struct technique_table *techniques)
{
	static const char *const ends[FLOW_ENDS] = {
		"idle", "reused", "evicted", "capture_end", "unwatched"};
	const struct worker_stats *worker = &result->pipeline.worker;
	json_t *object = json_object(), *by_technique = json_object(), *ended = json_object();
	put(object, "total", worker->flows.created - worker->control_flows);
	put(object, "control", worker->control_flows);
	put(object, "resumed", result->pipeline.flows_resumed);
	put(object, "active_max", worker->flows.active_max);
	put(object, "evicted", worker->flows.ended[FLOW_END_EVICTED]);
	for (int end = 0; end < FLOW_ENDS; end++)
		put(ended, ends[end], worker->flows.ended[end]);
	for (uint32_t i = 0; i < techniques->count; i++)
		put(by_technique, techniques->entries[i].name, worker->flows_by_technique[i]);
	json_object_set_new(object, "by_technique", by_technique);
	json_object_set_new(object, "ended", ended);
	put(object, "uninspected", worker->inspections.refused);
	put(object, "hellos_lost", worker->inspections.hellos_lost);
	put(object, "messages_lost", worker->inspections.messages_lost);
	put(object, "evidence_dropped", worker->inspections.evidence_dropped);
	put(object, "meter_refused", result->pipeline.meter_refused);
	return object;
}

static json_t *redis(const struct publisher_stats *publisher)
{
	json_t *object = json_object();
	put(object, "acknowledged", publisher->redis_acknowledged);
	put(object, "pending", publisher->redis_pending);
	put(object, "dropped", publisher->redis_dropped);
	put(object, "dropped_usage", publisher->redis_dropped_usage);
	put(object, "errors", publisher->redis_errors);
	put(object, "connects", publisher->redis_connects);
	put(object, "spool_pending", publisher->spool_pending);
	put(object, "spool_bytes", publisher->spool_bytes);
	put(object, "spool_errors", publisher->spool_errors);
	return object;
}

/* The packets that each reader took. */
static json_t *readers(const struct capture_stats *capture)
{
	json_t *list = json_array();
	for (uint32_t i = 0; i < capture->readers; i++)
		json_array_append_new(list, json_integer((json_int_t)capture->frames_of[i]));
	return list;
}

static json_t *captures(const struct feed_result *result)
{
	json_t *object = json_object();
	put(object, "kernel_drops", result->capture.kernel_drops);
	put(object, "interface_drops", result->capture.interface_drops);
	put(object, "unread", result->capture.waiting);
	put(object, "softnet_drops", result->capture.softnet_drops);
	put(object, "outside_window", result->outside);
	put(object, "snapped", result->capture.snapped);
	put(object, "outages", result->capture.outages);
	put(object, "blind_ms", result->capture.blind_us / 1000);
	json_object_set_new(object, "readers", readers(&result->capture));
	put(object, "files", result->capture.files);
	put(object, "files_done", result->capture.files_done);
	put(object, "faults", result->capture.faults);
	return object;
}

/* Seconds of all threads together. */
static json_t *stages(const struct feed_result *result)
{
	json_t *object = json_object();
	for (enum stage stage = 0; stage < STAGES; stage++)
		json_object_set_new(
			object, stage_name(stage), json_real(result->times.seconds[stage]));
	return object;
}

static json_t *make_stats(const struct feed_result *result,
	const struct technique_table *techniques, const struct stats_alerts *alerts,
	const struct publisher_stats *publisher)
{
	const struct pipeline_stats *pipeline = &result->pipeline;
	struct rusage usage = {0};
	getrusage(RUSAGE_SELF, &usage);
	json_t *object = json_object();
	json_object_set_new(object, "packets", packets(result));
	json_object_set_new(object, "decoded", decoded(result));
	json_object_set_new(object, "capture", captures(result));
	put(object, "bytes", pipeline->gate.bytes);
	json_object_set_new(object, "flows", flows(result, techniques));
	json_object_set_new(object, "seconds",
		json_pack("{s:f, s:f}", "wall", result->wall_s, "trace",
			(double)(pipeline->last_us - pipeline->first_us) / 1e6));
	json_object_set_new(object, "stages", stages(result));
	json_object_set_new(object, "alerts",
		json_pack("{s:I, s:I, s:I, s:I, s:I}", "open", (json_int_t)alerts->open, "update",
			(json_int_t)alerts->update, "close", (json_int_t)alerts->close, "notice",
			(json_int_t)alerts->notice, "trend", (json_int_t)alerts->trend));
	json_object_set_new(object, "queue",
		json_pack("{s:I}", "dropped_records",
			(json_int_t)(publisher ? publisher->redis_dropped : 0)));
	if (publisher)
		json_object_set_new(object, "redis", redis(publisher));
	put(object, "ranges_active", pipeline->judged.ranges);
	put(object, "control_hosts", pipeline->judged.control_hosts);
	put(object, "detector_bytes", pipeline->judged.detector_bytes);
	put(object, "rss_max_kib", (uint64_t)usage.ru_maxrss);
	return object;
}

int stats_file_write(FILE *stream, const struct feed_result *result,
	const struct technique_table *techniques, const struct stats_alerts *alerts,
	const struct publisher_stats *publisher)
{
	if (!stream)
		return 0;
	json_t *object = make_stats(result, techniques, alerts, publisher);
	int error = object ? 0 : -ENOMEM;
	if (object && (json_dumpf(object, stream, JSON_INDENT(2) | JSON_REAL_PRECISION(9)) < 0 ||
			      fputc('\n', stream) == EOF || fflush(stream) == EOF))
		error = errno ? -errno : -EIO;
	json_decref(object);
	return error;
}

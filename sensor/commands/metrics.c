/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/metrics.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define AT(member) offsetof(struct metrics, member)

/* One counter: its place, its names for both, and what it says. */
static const struct counter {
	size_t offset;
	const char *name; /* in Redis; in Prometheus surgetap_NAME, counters end in _total */
	const char *help;
	bool is_gauge;
} counters[] = {
	{AT(capture.frames), "packets", "packets taken from the interfaces", false},
	{AT(capture.bytes), "bytes", "their bytes on the wire", false},
	{AT(capture.snapped), "snapped", "packets longer than the snapshot length", false},
	{AT(capture.kernel_drops), "kernel_drops", "packets lost because the ring was full", false},
	{AT(capture.waiting), "ring_packets", "packets in the ring just now", true},
	{AT(capture.interface_drops), "interface_drops", "packets lost by the interfaces", false},
	{AT(capture.softnet_drops), "softnet_drops", "packets lost in the host's backlog", false},
	{AT(capture.outages), "outages", "times that an interface went down or away", false},
	{AT(publisher.alerts), "alerts", "alerts handed to the publisher", false},
	{AT(publisher.usage_lines), "usage_lines", "buckets handed to the publisher", false},
	{AT(publisher.redis_acknowledged), "redis_acknowledged", "entries Redis has taken", false},
	{AT(publisher.redis_pending), "redis_pending", "entries waiting for Redis", true},
	{AT(publisher.redis_dropped), "redis_dropped", "entries lost: the queue was full", false},
	{AT(publisher.redis_errors), "redis_errors", "replies of Redis that were errors", false},
	{AT(publisher.spool_bytes), "spool_bytes", "size of the spool", true},
	{AT(publisher.file_errors), "file_errors", "writes to output files that failed", false},
};

#define COUNTERS (sizeof(counters) / sizeof(counters[0]))

static uint64_t value_of(const struct metrics *metrics, const struct counter *counter)
{
	return *(const uint64_t *)((const char *)metrics + counter->offset);
}

static void print_number(FILE *stream, const char *name, const char *help, const char *type)
{
	fprintf(stream, "# HELP surgetap_%s %s\n# TYPE surgetap_%s %s\nsurgetap_%s ", name, help,
		name, type, name);
}

static void print_counter(
	FILE *stream, const struct metrics *metrics, const struct counter *counter)
{
	char name[64];

	snprintf(name, sizeof(name), "%s%s", counter->name, counter->is_gauge ? "" : "_total");
	print_number(stream, name, counter->help, counter->is_gauge ? "gauge" : "counter");
	fprintf(stream, "%" PRIu64 "\n", value_of(metrics, counter));
}

static int print_all(FILE *stream, const struct metrics *metrics)
{
	for (size_t i = 0; i < COUNTERS; i++)
		print_counter(stream, metrics, &counters[i]);
	print_number(stream, "blind_seconds_total", "time in which an interface was not there",
		"counter");
	fprintf(stream, "%.3f\n", (double)metrics->capture.blind_us / 1e6);
	print_number(stream, "uptime_seconds", "since the start", "gauge");
	fprintf(stream, "%.3f\n", metrics->uptime_s);
	print_number(stream, "last_bucket_timestamp_seconds", "begin of the minute closed last",
		"gauge");
	fprintf(stream, "%" PRId64 "\n", metrics->last_bucket_s);
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
	error = stream ? print_all(stream, metrics) : -errno;
	if (stream && fclose(stream) == EOF && error == 0)
		error = -errno;
	if (error == 0 && rename(temporary, path) < 0)
		error = -errno;
	if (error < 0 && stream)
		unlink(temporary);
	free(temporary);
	return error;
}

size_t metrics_fill_fields(
	const struct metrics *metrics, struct publisher_field ret_fields[PUBLISHER_HEARTBEAT_MAX])
{
	const struct capture_stats *capture = &metrics->capture;
	size_t count = 0;

	for (size_t i = 0; i < COUNTERS; i++)
		ret_fields[count++] = (struct publisher_field){
			counters[i].name, (double)value_of(metrics, &counters[i])};
	ret_fields[count++] = (struct publisher_field){
		"drops", (double)(capture->kernel_drops + capture->interface_drops +
				  capture->softnet_drops)};
	ret_fields[count++] =
		(struct publisher_field){"blind_seconds", (double)capture->blind_us / 1e6};
	ret_fields[count++] = (struct publisher_field){"uptime_seconds", metrics->uptime_s};
	ret_fields[count++] =
		(struct publisher_field){"last_bucket", (double)metrics->last_bucket_s};
	return count;
}

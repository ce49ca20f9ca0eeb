/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/baselines.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "pipeline/archive.h"

#define FILE_NAME "baselines"
#define RANGES_MAX RANGES_PREFIXES_MAX
#define FLOWS_MAX (1u << 26)
#define MINUTES_BEHIND (24 * 60)
#define CANDIDATE_MAX_US (PACK_TIME_MAX_S * CLOCK_SECOND_US)

struct baselines {
	struct archive *archive;
	const struct baselines_listener *listener;
	char path[PATH_MAX], damaged[PATH_MAX + 8];
	uint64_t host_seed;
};

static int tell(const struct baselines_listener *listener, const char *path, int error)
{
	listener->fault(listener->argument, path, strerror(-error));
	return error;
}

static void set_aside(const struct baselines *baselines, const char *fault)
{
	char message[128];
	bool is_moved = rename(baselines->path, baselines->damaged) == 0;
	snprintf(message, sizeof message, "%s: %s; learning begins anew", fault,
		is_moved ? "renamed to " FILE_NAME ".damaged" : "it cannot be renamed");
	baselines->listener->fault(baselines->listener->argument, baselines->path, message);
}

int baselines_open(const char *folder, const struct baselines_listener *listener,
	struct baselines **ret_baselines)
{
	const char *fault = NULL;
	*ret_baselines = NULL;
	if (mkdir(folder, 0750) < 0 && errno != EEXIST)
		return tell(listener, folder, -errno);
	struct baselines *baselines = calloc(1, sizeof *baselines);
	if (!baselines)
		return tell(listener, folder, -ENOMEM);
	baselines->listener = listener;
	snprintf(baselines->path, sizeof baselines->path, "%s/" FILE_NAME, folder);
	snprintf(baselines->damaged, sizeof baselines->damaged, "%s.damaged", baselines->path);
	int error = archive_open(baselines->path, BASELINES_KIND, BASELINES_FORMAT_VERSION,
		&baselines->archive, &fault);
	if (error == 0) {
		baselines->host_seed = pack_get_u64(archive_reader(baselines->archive));
		*ret_baselines = baselines;
		return 0;
	}
	if (error == -EBADMSG)
		set_aside(baselines, fault);
	else if (error != -ENOENT)
		tell(listener, baselines->path, error);
	baselines_close(baselines);
	return error == -EBADMSG || error == -ENOENT ? 0 : error;
}

uint64_t baselines_host_seed(const struct baselines *baselines)
{
	return baselines->host_seed;
}

void baselines_close(struct baselines *baselines)
{
	if (!baselines)
		return;
	archive_close(baselines->archive);
	free(baselines);
}

static void save_moment(const struct baselines_moment *moment, struct pack_writer *writer)
{
	pack_put_i64(writer, moment->clock.now_us);
	pack_put_u8(writer, moment->clock.is_running);
	pack_put_u8(writer, moment->clock.is_committed);
	pack_put_i64(writer, moment->clock.candidate_us);
	pack_put_u32(writer, moment->clock.witnesses);
	pack_put_i64(writer, moment->minute);
	pack_put_i64(writer, moment->seen_us);
	pack_put_i64(writer, moment->tick);
	pack_put_i64(writer, moment->blind_us);
	pack_put_u64(writer, moment->lost);
	pack_put_u64(writer, moment->seen);
}

/* The minute under way may lie behind the clock, but each one that does is closed one by one. */
static void load_moment(struct pack_reader *reader, struct baselines_moment *ret_moment)
{
	struct baselines_moment moment = {0};
	moment.clock.now_us = pack_get_time_us(reader);
	moment.clock.is_running = pack_get_bool(reader);
	moment.clock.is_committed = pack_get_bool(reader);
	moment.clock.candidate_us = pack_get_i64(reader);
	moment.clock.witnesses = pack_get_count(reader, CLOCK_WITNESSES);
	if (moment.clock.candidate_us < 0 || moment.clock.candidate_us > CANDIDATE_MAX_US)
		moment.clock.candidate_us = moment.clock.witnesses = 0; /* whatever it claimed */
	int64_t minute = moment.clock.now_us / CLOCK_MINUTE_US;
	moment.minute = pack_get_i64_within(
		reader, minute > MINUTES_BEHIND ? minute - MINUTES_BEHIND : 0, minute);
	moment.seen_us = pack_get_time_us(reader);
	moment.tick = pack_get_time_s(reader);
	moment.blind_us = pack_get_time_us(reader);
	moment.lost = pack_get_u64(reader);
	moment.seen = pack_get_u64(reader);
	*ret_moment = moment;
}

/* Numbers of ranges and techniques hold for one run; names hold for all. */
static void save_names(const struct analyst_settings *settings, struct pack_writer *writer)
{
	const struct technique_table *techniques = &settings->plugins->techniques;
	pack_put_u32(writer, ranges_count(settings->ranges));
	for (uint32_t i = 0; i < ranges_count(settings->ranges); i++)
		pack_put_text(writer, ranges_name(settings->ranges, i));
	pack_put_u32(writer, techniques->count);
	for (uint32_t i = 0; i < techniques->count; i++)
		pack_put_text(writer, techniques->entries[i].name);
}

/* `ret_numbering->ranges` is from the heap. */
static int load_names(struct pack_reader *reader, const struct analyst_settings *settings,
	struct meter_numbering *ret_numbering)
{
	char name[RANGE_NAME_SIZE], technique[TECHNIQUE_NAME_SIZE];
	struct meter_numbering numbering = {0};
	numbering.range_count = pack_get_count(reader, RANGES_MAX);
	uint32_t *numbers = malloc((numbering.range_count + 1) * sizeof *numbers);
	if (!numbers)
		return -ENOMEM;
	for (uint32_t i = 0; i < numbering.range_count; i++) {
		pack_get_text(reader, name, sizeof name);
		uint32_t range = ranges_find_name(settings->ranges, name);
		numbers[i] = range == RANGE_NONE ? METER_UNKNOWN : range;
	}
	numbering.technique_count = pack_get_count(reader, TECHNIQUES_MAX);
	for (uint32_t i = 0; i < numbering.technique_count; i++) {
		pack_get_text(reader, technique, sizeof technique);
		int number = technique_table_find(&settings->plugins->techniques, technique);
		numbering.techniques[i] = number < 0 ? METER_UNKNOWN : (uint32_t)number;
	}
	numbering.ranges = numbers;
	*ret_numbering = numbering;
	return 0;
}

/* What the worker packed, as it is: it is read the same way. */
static void save_flows(const struct baselines_estate *estate, struct pack_writer *writer)
{
	for (uint32_t i = 0; i < estate->flows_count; i++) {
		pack_put_u8(writer, 1);
		pack_put_bytes(writer, estate->flows[i]->bytes, estate->flows[i]->used);
	}
	pack_put_u8(writer, 0);
}

static technique_set renumber_set(const struct meter_numbering *numbering, technique_set saved)
{
	technique_set now = 0;
	for (technique_set left = saved; left; left &= left - 1) {
		uint32_t i = (uint32_t)__builtin_ctz(left);
		if (i < numbering->technique_count && numbering->techniques[i] != METER_UNKNOWN)
			now |= (technique_set)1 << numbering->techniques[i];
	}
	return now;
}

static int compare_flows(const void *left, const void *right)
{
	const struct flow *a = left, *b = right;
	if (a->listed_us != b->listed_us)
		return a->listed_us < b->listed_us ? -1 : 1;
	return memcmp(&a->key, &b->key, sizeof a->key);
}

/* Reads the flows of all workers. `*ret_flows` is from the heap. */
static int load_flows(struct pack_reader *reader, const struct meter_numbering *numbering,
	struct flow **ret_flows, size_t *ret_count)
{
	struct flow *flows = NULL;
	size_t count = 0, room = 0;
	while (pack_get_bool(reader)) { /* a worker */
		while (pack_get_bool(reader) && count < FLOWS_MAX) {
			if (count == room) {
				room = room ? 2 * room : 1024;
				struct flow *larger = realloc(flows, room * sizeof *larger);
				if (!larger) {
					free(flows);
					return -ENOMEM;
				}
				flows = larger;
			}
			struct flow *flow = &flows[count++];
			flow_load(reader, flow);
			flow->range = meter_range_now(numbering, flow->range);
			flow->tunnels = renumber_set(numbering, flow->tunnels);
			flow->contacts = renumber_set(numbering, flow->contacts);
			flow->suspected = renumber_set(numbering, flow->suspected);
			flow->counted = renumber_set(numbering, flow->counted);
		}
	}
	*ret_flows = flows;
	*ret_count = count;
	return 0;
}

static int take_flows(struct pack_reader *reader, const struct meter_numbering *numbering,
	const struct baselines_heir *heir)
{
	struct flow *flows = NULL;
	size_t count = 0;
	int error = load_flows(reader, numbering, &flows, &count);
	if (error < 0)
		return error;
	if (count > 0)
		qsort(flows, count, sizeof *flows, compare_flows);
	for (size_t i = 0; i < count && reader->error == 0; i++)
		heir->resume(heir->argument, &flows[i]);
	free(flows);
	return 0;
}

int baselines_take(struct baselines *baselines, const struct baselines_heir *heir,
	struct baselines_moment *ret_moment)
{
	struct pack_reader *reader = archive_reader(baselines->archive);
	struct meter_numbering numbering = {0};
	struct baselines_moment moment;
	load_moment(reader, &moment);
	int error = load_names(reader, analyst_settings(heir->analyst), &numbering);
	if (error == 0)
		error = analyst_load(
			heir->analyst, reader, &numbering, moment.clock.now_us / CLOCK_SECOND_US);
	if (error == 0)
		error = take_flows(reader, &numbering, heir);
	free((void *)numbering.ranges);
	if (error == 0)
		error = reader->error;
	bool is_ahead = heir->latest_us > 0 && moment.clock.now_us > heir->latest_us;
	if (error == 0 && is_ahead)
		error = -EBADMSG;
	if (error == -EBADMSG)
		set_aside(baselines, is_ahead ? "its packets are from the future"
					      : "its content makes no sense");
	else if (error < 0)
		tell(baselines->listener, baselines->path, error);
	if (error == 0)
		*ret_moment = moment;
	return error;
}

int baselines_save(const char *folder, const struct baselines_estate *estate,
	const struct baselines_listener *listener)
{
	char path[PATH_MAX];
	struct archive *archive;
	snprintf(path, sizeof path, "%s/" FILE_NAME, folder);
	int error = estate->error;
	if (error == 0)
		error = archive_create(
			folder, FILE_NAME, BASELINES_KIND, BASELINES_FORMAT_VERSION, &archive);
	if (error < 0)
		return tell(listener, path, error);
	struct pack_writer *writer = archive_writer(archive);
	pack_put_u64(writer, estate->host_seed);
	save_moment(&estate->moment, writer);
	save_names(analyst_settings(estate->analyst), writer);
	analyst_save(estate->analyst, writer);
	save_flows(estate, writer);
	error = archive_commit(archive);
	return error < 0 ? tell(listener, path, error) : 0;
}

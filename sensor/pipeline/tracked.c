/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/tracked.h"

#include <errno.h>
#include <stdlib.h>

#include "watch/ranges.h"

struct tracked *tracked_new(uint32_t range, uint32_t technique_count,
	const struct detect_settings *settings, int64_t since_s)
{
	static struct roster_budget nothing;
	struct tracked *tracked = calloc(1, sizeof *tracked);
	if (!tracked)
		return NULL;
	tracked->range = range;
	tracked->technique_count = technique_count;
	tracked->since_s = since_s;
	tracked->detector_bytes = (detector_size(settings) + 15) / 16 * 16;
	tracked->detectors = calloc(technique_count, tracked->detector_bytes);
	tracked->histories = calloc(technique_count, sizeof *tracked->histories);
	tracked->users = calloc(technique_count, sizeof *tracked->users);
	if (range == RANGE_CONTROL)
		tracked->records = calloc(technique_count, sizeof *tracked->records);
	if (!tracked->detectors || !tracked->histories || !tracked->users ||
		(range == RANGE_CONTROL && !tracked->records)) {
		tracked_free(tracked, &nothing);
		return NULL;
	}
	for (uint32_t t = 0; t < technique_count; t++)
		detector_init(tracked_detector(tracked, t), settings);
	return tracked;
}

void tracked_free(struct tracked *tracked, struct roster_budget *rosters)
{
	if (!tracked)
		return;
	roster_done(&tracked->all, rosters);
	for (uint32_t t = 0; tracked->users && t < tracked->technique_count; t++)
		roster_done(&tracked->users[t], rosters);
	free(tracked->records);
	free(tracked->users);
	free(tracked->histories);
	free(tracked->detectors);
	free(tracked);
}

struct detector *tracked_detector(const struct tracked *tracked, uint32_t technique)
{
	return (struct detector *)(tracked->detectors + technique * tracked->detector_bytes);
}

void tracked_follow(
	struct tracked *tracked, struct roster_budget *rosters, const struct meter_range *counts)
{
	if (!counts)
		return;
	roster_follow(&tracked->all, rosters, &counts->all.roster, COORDINATION_SILENCE_S);
	for (uint32_t t = 0; t < tracked->technique_count; t++)
		roster_follow(&tracked->users[t], rosters, &counts->cells[t].roster,
			COORDINATION_SILENCE_S);
}

double tracked_users(
	const struct tracked *tracked, uint32_t technique, int64_t start_s, int64_t end_s)
{
	return roster_count(&tracked->users[technique], start_s, end_s);
}

void tracked_coordination(const struct tracked *tracked, uint32_t technique, int64_t start_s,
	int64_t end_s, struct coordination *ret_coordination)
{
	struct coordination_memory memory = {
		.all = &tracked->all,
		.users = &tracked->users[technique],
		.pulse = &tracked->pulse,
		.since_s = tracked->since_s,
	};
	coordination_measure(&memory, start_s, end_s, ret_coordination);
}

void tracked_save(const struct tracked *tracked, struct pack_writer *writer)
{
	pack_put_i64(writer, tracked->since_s);
	pulse_save(&tracked->pulse, writer);
	roster_save(&tracked->all, writer);
	pack_put_u64(writer, tracked->detector_bytes);
	for (uint32_t t = 0; t < tracked->technique_count; t++) {
		pack_put_bytes(writer, tracked_detector(tracked, t), tracked->detector_bytes);
		history_save(&tracked->histories[t], writer);
		roster_save(&tracked->users[t], writer);
		if (tracked->records)
			control_save(&tracked->records[t], writer);
	}
}

int tracked_load(struct tracked *tracked, struct roster_budget *rosters,
	const struct detect_settings *settings, struct pack_reader *reader,
	const struct meter_numbering *numbering)
{
	struct detector *unknown = malloc(tracked->detector_bytes);
	struct history history;
	struct roster users = {0};
	struct control_record *record = malloc(sizeof *record);
	if (!unknown || !record) {
		free(unknown);
		free(record);
		return -ENOMEM;
	}
	tracked->since_s = pack_get_time_s(reader);
	pulse_load(&tracked->pulse, reader);
	roster_load(&tracked->all, rosters, reader);
	if (pack_get_u64(reader) != tracked->detector_bytes)
		pack_fail(reader);
	for (uint32_t i = 0; i < numbering->technique_count; i++) {
		uint32_t t = numbering->techniques[i];
		bool is_known = t != METER_UNKNOWN;
		struct detector *detector = is_known ? tracked_detector(tracked, t) : unknown;
		pack_get_bytes(reader, detector, tracked->detector_bytes);
		if (!detector_is_valid(detector, settings))
			pack_fail(reader);
		history_load(is_known ? &tracked->histories[t] : &history, reader);
		roster_load(is_known ? &tracked->users[t] : &users, rosters, reader);
		roster_done(&users, rosters);
		if (tracked->records)
			control_load(is_known ? &tracked->records[t] : record, reader);
	}
	free(record);
	free(unknown);
	return 0;
}

size_t tracked_bytes(const struct tracked *tracked)
{
	return tracked->technique_count * (tracked->detector_bytes + sizeof *tracked->histories);
}

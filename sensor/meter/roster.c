/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/roster.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LEVEL_MAX 63
#define SLOTS_FIRST 8
#define SLOTS_MAX (ROSTER_BYTES / sizeof(struct roster_host))

static uint32_t cut_time(int64_t time_s)
{
	return time_s < 0 ? 0 : time_s > UINT32_MAX ? UINT32_MAX : (uint32_t)time_s;
}

static bool is_sampled(const struct roster *roster, uint64_t hash)
{
	return roster->level == 0 || hash >> (64 - roster->level) == 0;
}

/* The slot of a host, or the free one where it belongs. By the lower bits: the upper ones are
 * zeros. */
static struct roster_host *find_slot(const struct roster *roster, uint64_t hash)
{
	for (uint32_t i = (uint32_t)hash;; i++) {
		struct roster_host *slot = &roster->hosts[i & (roster->room - 1)];
		if (slot->hash == hash || slot->hash == 0)
			return slot;
	}
}

/* Puts the hosts that are still sampled, and were seen since `from_s`, into `room` slots. Returns 0
 * or -ENOMEM. */
static int rebuild(struct roster *roster, uint32_t room, uint32_t from_s)
{
	struct roster_host *old = roster->hosts;
	uint32_t old_room = roster->room;
	struct roster_host *hosts = calloc(room, sizeof *hosts);
	if (!hosts)
		return -ENOMEM;
	roster->hosts = hosts;
	roster->room = room;
	roster->count = 0;
	for (uint32_t i = 0; i < old_room; i++) {
		if (!old[i].hash || !is_sampled(roster, old[i].hash) || old[i].last_s < from_s)
			continue;
		*find_slot(roster, old[i].hash) = old[i];
		roster->count++;
	}
	free(old);
	return 0;
}

static bool is_full(const struct roster *roster)
{
	return 4 * (roster->count + 1) > 3 * roster->room;
}

static bool grow(struct roster *roster, struct roster_budget *budget)
{
	uint32_t room = roster->room ? 2 * roster->room : SLOTS_FIRST;
	size_t more = (room - roster->room) * sizeof(struct roster_host);
	if (room > SLOTS_MAX)
		return false;
	if (budget->bytes + more > budget->max_bytes || rebuild(roster, room, 0) < 0) {
		budget->refused++;
		return false;
	}
	budget->bytes += more;
	return true;
}

/* Makes room for one more host. False when there is no memory at all. */
static bool make_room(struct roster *roster, struct roster_budget *budget, uint32_t from_s)
{
	if (!is_full(roster) || grow(roster, budget))
		return true;
	if (roster->room == 0)
		return false;
	if (from_s > 0 && rebuild(roster, roster->room, from_s) < 0)
		return false;
	while (is_full(roster)) {
		roster->level++;
		if (rebuild(roster, roster->room, 0) < 0)
			return false;
	}
	return true;
}

/* The slot of a host that is sampled, made when there is none; NULL when it is not sampled. A fresh
 * slot has no times.
 */
static struct roster_host *take_slot(
	struct roster *roster, struct roster_budget *budget, uint64_t hash, uint32_t from_s)
{
	if (!is_sampled(roster, hash))
		return NULL;
	struct roster_host *slot = roster->room ? find_slot(roster, hash) : NULL;
	if (slot && slot->hash)
		return slot;
	if (!make_room(roster, budget, from_s) || !is_sampled(roster, hash))
		return NULL;
	slot = find_slot(roster, hash);
	*slot = (struct roster_host){hash, UINT32_MAX, 0};
	roster->count++;
	return slot;
}

static void add(struct roster *roster, struct roster_budget *budget, const struct roster_host *host)
{
	struct roster_host *slot = take_slot(roster, budget, host->hash, 0);
	if (!slot)
		return;
	if (host->since_s < slot->since_s)
		slot->since_s = host->since_s;
	if (host->last_s > slot->last_s)
		slot->last_s = host->last_s;
}

void roster_add(struct roster *roster, struct roster_budget *budget, uint64_t hash, int64_t time_s)
{
	uint32_t cut_s = cut_time(time_s);
	add(roster, budget, &(struct roster_host){hash ? hash : 1, cut_s, cut_s});
}

static void raise_level(struct roster *roster, uint32_t level)
{
	if (level <= roster->level)
		return;
	uint32_t before = roster->level;
	roster->level = level;
	if (roster->room > 0 && rebuild(roster, roster->room, 0) < 0)
		roster->level = before;
}

void roster_merge(struct roster *roster, struct roster_budget *budget, const struct roster *from)
{
	raise_level(roster, from->level);
	for (uint32_t i = 0; i < from->room; i++)
		if (from->hosts[i].hash)
			add(roster, budget, &from->hosts[i]);
}

static uint32_t before(uint32_t time_s, uint32_t span_s)
{
	return time_s > span_s ? time_s - span_s : 0;
}

void roster_follow(struct roster *roster, struct roster_budget *budget, const struct roster *from,
	uint32_t silence_s)
{
	raise_level(roster, from->level);
	for (uint32_t i = 0; i < from->room; i++) {
		const struct roster_host *host = &from->hosts[i];
		struct roster_host *slot = NULL;
		if (host->hash)
			slot = take_slot(
				roster, budget, host->hash, before(host->since_s, 2 * silence_s));
		if (!slot)
			continue;
		if (slot->last_s == 0 || slot->last_s < before(host->since_s, silence_s))
			slot->since_s = host->since_s;
		if (host->last_s > slot->last_s)
			slot->last_s = host->last_s;
	}
}

void roster_save(const struct roster *roster, struct pack_writer *writer)
{
	pack_put_u8(writer, (uint8_t)roster->level);
	pack_put_u32(writer, roster->count);
	for (uint32_t i = 0; i < roster->room; i++) {
		if (!roster->hosts[i].hash)
			continue;
		pack_put_u64(writer, roster->hosts[i].hash);
		pack_put_u32(writer, roster->hosts[i].since_s);
		pack_put_u32(writer, roster->hosts[i].last_s);
	}
}

void roster_load(struct roster *roster, struct roster_budget *budget, struct pack_reader *reader)
{
	uint8_t level = pack_get_u8(reader);
	uint32_t count = pack_get_count(reader, ROSTER_HOSTS);
	if (level > LEVEL_MAX)
		pack_fail(reader);
	else
		roster->level = level;
	for (uint32_t i = 0; i < count; i++) {
		struct roster_host host = {.hash = pack_get_u64(reader)};
		host.since_s = pack_get_u32(reader);
		host.last_s = pack_get_u32(reader);
		if (host.hash)
			add(roster, budget, &host);
	}
}

void roster_clear(struct roster *roster)
{
	if (roster->count > 0)
		memset(roster->hosts, 0, roster->room * sizeof *roster->hosts);
	roster->count = roster->level = 0;
}

void roster_done(struct roster *roster, struct roster_budget *budget)
{
	budget->bytes -= roster->room * sizeof *roster->hosts;
	free(roster->hosts);
	*roster = (struct roster){0};
}

double roster_count(const struct roster *roster, int64_t from_s, int64_t until_s)
{
	uint32_t low = cut_time(from_s), high = cut_time(until_s), count = 0;
	for (uint32_t i = 0; i < roster->room; i++) {
		const struct roster_host *host = &roster->hosts[i];
		count += host->hash && host->last_s >= low && host->since_s < high;
	}
	return (double)count * (double)(UINT64_C(1) << roster->level);
}

static int compare_times(const void *left, const void *right)
{
	const uint32_t *a = left, *b = right;
	return (*a > *b) - (*a < *b);
}

uint32_t roster_arrivals(const struct roster *roster, int64_t from_s, int64_t until_s,
	uint32_t ret_since_s[ROSTER_HOSTS])
{
	uint32_t low = cut_time(from_s), high = cut_time(until_s), count = 0;
	for (uint32_t i = 0; i < roster->room; i++) {
		const struct roster_host *host = &roster->hosts[i];
		if (host->hash && host->since_s >= low && host->since_s < high)
			ret_since_s[count++] = host->since_s;
	}
	qsort(ret_since_s, count, sizeof *ret_since_s, compare_times);
	return count;
}

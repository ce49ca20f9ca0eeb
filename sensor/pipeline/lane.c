/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/lane.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/channel.h"

#define BATCHES 16 /* in the way at once, about 5 MB: a reader may be so far ahead */
#define BATCHES_MAX (BATCHES + LANE_READERS_MAX - 1) /* each other reader fills one more */
#define MINUTES 3 /* one being filled, one on its way, one being merged */
#define KEEP_BYTES 4096
/* So many packets ahead memory is asked for. */
static const uint32_t foresights[WORKER_FORESIGHTS] = {
	[WORKER_FORESEE_BUCKET] = 8,
	[WORKER_FORESEE_FLOW] = 4,
	[WORKER_FORESEE_INSPECTION] = 2,
};

struct lane {
	struct worker *worker;
	struct channel *full_batches, *empty_batches;
	struct channel *full_minutes, *empty_minutes;
	struct batch *filling[LANE_READERS_MAX]; /* each one its reader's */
	struct lap *laps[LANE_READERS_MAX];      /* likewise */
	uint32_t reader_count, batch_count;
	struct lane_minute *minute; /* the worker's */
	uint32_t stale_meters;      /* the worker's: a bit for each that counts by former ranges */
	uint32_t range_count;       /* of the ranges to come, once stale_meters is set */
	const struct rules_change *change; /* under way; set before its mark */
	atomic_bool is_changing;
	pthread_mutex_t lock; /* of the two below, which the worker writes now and then */
	struct worker_stats told;
	uint64_t told_refused;
	struct batch *batches[BATCHES_MAX];
	struct lane_minute minutes[MINUTES];
	pthread_t thread;
	bool is_running;
};

static void hand_minute_over(struct lane *lane, bool is_last)
{
	channel_put(lane->full_minutes, lane->minute);
	lane->minute = is_last ? NULL : channel_take(lane->empty_minutes);
	if (!lane->minute)
		return;
	uint32_t bit = 1u << (lane->minute - lane->minutes);
	if (lane->stale_meters & bit) {
		meter_renumber(lane->minute->meter, NULL, lane->range_count);
		lane->stale_meters &= ~bit;
	}
	worker_set_meter(lane->worker, lane->minute->meter);
}

static void keep_flows(struct lane *lane)
{
	uint8_t buffer[KEEP_BYTES];
	struct pack_writer writer = {
		buffer, sizeof buffer, 0, pack_heap_take, &lane->minute->flows, 0};
	worker_save_flows(lane->worker, &writer);
	lane->minute->flows_error = pack_flush(&writer);
}

static void change_rules(struct lane *lane)
{
	worker_change_rules(lane->worker, lane->change);
	lane->range_count = ranges_count(lane->change->rules.ranges);
	for (int i = 0; i < MINUTES; i++)
		if (&lane->minutes[i] != lane->minute)
			lane->stale_meters |= 1u << i;
	atomic_store(&lane->is_changing, false);
}

/* For whoever asks how things stand. Only the worker's own additions to its meters are refused. */
static void tell_stats(struct lane *lane)
{
	pthread_mutex_lock(&lane->lock);
	worker_stats(lane->worker, &lane->told);
	lane->told_refused = 0;
	for (int i = 0; i < MINUTES; i++)
		lane->told_refused += meter_refused(lane->minutes[i].meter);
	pthread_mutex_unlock(&lane->lock);
}

/* Returns false at the end. */
static bool work_entry(struct lane *lane, const struct batch_entry *entry)
{
	switch (entry->kind) {
	case BATCH_PACKET:
		worker_take(lane->worker, &entry->packet);
		return true;
	case BATCH_TICK:
		worker_tick(lane->worker, entry->packet.now_us);
		tell_stats(lane);
		return true;
	case BATCH_RULES:
		change_rules(lane);
		return true;
	case BATCH_KEEP:
		keep_flows(lane);
		return true;
	case BATCH_MINUTE:
		hand_minute_over(lane, false);
		return true;
	case BATCH_END:
		worker_finish(lane->worker, entry->packet.now_us);
		tell_stats(lane);
		hand_minute_over(lane, true);
	}
	return false;
}

static void foresee(struct lane *lane, const struct batch *batch, uint32_t at)
{
	for (int what = 0; what < WORKER_FORESIGHTS; what++) {
		uint32_t i = at + foresights[what];
		if (i < batch->count && batch->entries[i].kind == BATCH_PACKET)
			worker_foresee(lane->worker, &batch->entries[i].packet,
				(enum worker_foresight)what);
	}
}

/* Returns false at the end. */
static bool work_batch(struct lane *lane, struct batch *batch)
{
	bool is_going = true;
	for (uint32_t i = 0; i < batch->count; i++) {
		foresee(lane, batch, i);
		is_going = work_entry(lane, &batch->entries[i]);
	}
	batch_clear(batch);
	return is_going;
}

static void *work(void *argument)
{
	struct lane *lane = argument;
	bool is_going = true;
	while (is_going) {
		uint64_t since = lap_now();
		struct batch *batch = channel_take(lane->full_batches);
		lap_add_wait(worker_lap(lane->worker), STAGE_EMPTY, since);
		is_going = work_batch(lane, batch);
		channel_put(lane->empty_batches, batch);
	}
	return NULL;
}

static int make_channels(struct lane *lane)
{
	if (channel_new(lane->batch_count, &lane->full_batches) < 0 ||
		channel_new(lane->batch_count, &lane->empty_batches) < 0 ||
		channel_new(MINUTES, &lane->full_minutes) < 0 ||
		channel_new(MINUTES, &lane->empty_minutes) < 0)
		return -ENOMEM;
	for (uint32_t i = 0; i < lane->batch_count; i++) {
		lane->batches[i] = malloc(sizeof *lane->batches[i]);
		if (!lane->batches[i])
			return -ENOMEM;
		batch_clear(lane->batches[i]);
		channel_put(lane->empty_batches, lane->batches[i]);
	}
	return 0;
}

static int make_meters(struct lane *lane, const struct meter_settings *metering)
{
	for (int i = 0; i < MINUTES; i++) {
		int error = meter_new(metering, &lane->minutes[i].meter);
		if (error < 0)
			return error;
		channel_put(lane->empty_minutes, &lane->minutes[i]);
	}
	return 0;
}

int lane_new(const struct worker_settings *settings, const struct meter_settings *metering,
	struct lap *const *laps, uint32_t reader_count, struct lane **ret_lane)
{
	struct lane *lane = calloc(1, sizeof *lane);
	if (!lane)
		return -ENOMEM;
	lane->reader_count = reader_count;
	lane->batch_count = BATCHES + reader_count - 1;
	for (uint32_t i = 0; i < reader_count; i++)
		lane->laps[i] = laps[i];
	int error = worker_new(settings, &lane->worker);
	if (error == 0)
		error = make_channels(lane);
	if (error == 0)
		error = make_meters(lane, metering);
	if (error < 0)
		goto fail;
	for (uint32_t i = 0; i < reader_count; i++)
		lane->filling[i] = channel_take(lane->empty_batches);
	lane->minute = channel_take(lane->empty_minutes);
	worker_set_meter(lane->worker, lane->minute->meter);
	error = -pthread_create(&lane->thread, NULL, work, lane);
	if (error < 0)
		goto fail;
	lane->is_running = true;
	*ret_lane = lane;
	return 0;
fail:
	lane_free(lane);
	return error;
}

/* The worker has given everything back and waits for more: until it is handed some, what is its own
 * may be used here. Not with several readers, of which another may hand it some. */
static bool is_worker_waiting(const struct lane *lane)
{
	return lane->reader_count == 1 && channel_count(lane->empty_batches) == BATCHES - 1;
}

static void flush(struct lane *lane, uint32_t reader)
{
	struct batch *batch = lane->filling[reader];
	uint64_t since;
	if (batch_is_light(batch) && is_worker_waiting(lane)) {
		since = lap_now();
		work_batch(lane, batch);
		lap_leave_out(lane->laps[reader], since); /* the worker's lap has it */
		return;
	}
	channel_put(lane->full_batches, batch);
	since = lap_now();
	lane->filling[reader] = channel_take(lane->empty_batches);
	lap_add_wait(lane->laps[reader], STAGE_FULL, since);
}

void lane_put_packet(struct lane *lane, uint32_t reader, const struct worker_packet *packet)
{
	uint32_t bytes = packet->is_bare ? 0 : packet->packet.ip_captured_bytes;
	if (!batch_has_room(lane->filling[reader], bytes))
		flush(lane, reader);
	batch_add_packet(lane->filling[reader], packet);
}

static void gather_from(struct lane *lane, uint32_t first_reader)
{
	for (uint32_t i = first_reader; i < lane->reader_count; i++)
		if (lane->filling[i]->count > 0)
			flush(lane, i);
}

void lane_gather(struct lane *lane)
{
	gather_from(lane, 0);
}

/* Marks go with what the first reader has put, behind all others. */
static void put_mark(struct lane *lane, enum batch_kind kind, int64_t now_us)
{
	gather_from(lane, 1);
	if (!batch_has_room(lane->filling[0], 0))
		flush(lane, 0);
	batch_add_mark(lane->filling[0], kind, now_us);
}

void lane_tick(struct lane *lane, int64_t now_us)
{
	put_mark(lane, BATCH_TICK, now_us);
	flush(lane, 0); /* on a quiet link a batch would take a minute to fill */
}

void lane_change_rules(struct lane *lane, const struct rules_change *change)
{
	lane->change = change;
	atomic_store(&lane->is_changing, true);
	put_mark(lane, BATCH_RULES, 0);
	flush(lane, 0);
}

bool lane_is_changing(const struct lane *lane)
{
	return atomic_load(&lane->is_changing);
}

bool lane_resume_flow(struct lane *lane, struct flow *flow)
{
	return worker_resume_flow(lane->worker, flow);
}

void lane_keep_flows(struct lane *lane)
{
	put_mark(lane, BATCH_KEEP, 0);
}

void lane_close_minute(struct lane *lane)
{
	put_mark(lane, BATCH_MINUTE, 0);
	flush(lane, 0);
}

void lane_finish(struct lane *lane, int64_t now_us)
{
	put_mark(lane, BATCH_END, now_us);
	channel_put(lane->full_batches, lane->filling[0]);
	pthread_join(lane->thread, NULL);
	lane->is_running = false;
}

struct lane_minute *lane_take_minute(struct lane *lane)
{
	return channel_take(lane->full_minutes);
}

void lane_give_minute(struct lane *lane, struct lane_minute *minute)
{
	pack_heap_done(&minute->flows);
	channel_put(lane->empty_minutes, minute);
}

const struct lap *lane_lap(const struct lane *lane)
{
	return worker_lap(lane->worker);
}

uint32_t lane_queued(const struct lane *lane, uint32_t *ret_most)
{
	*ret_most = lane->batch_count;
	return (uint32_t)channel_count(lane->full_batches);
}

void lane_stats(struct lane *lane, struct worker_stats *ret_stats, uint64_t *ret_refused)
{
	pthread_mutex_lock(&lane->lock);
	*ret_stats = lane->told;
	*ret_refused = lane->told_refused;
	pthread_mutex_unlock(&lane->lock);
}

void lane_free(struct lane *lane)
{
	if (!lane)
		return;
	if (lane->is_running)
		lane_finish(lane, 0);
	for (uint32_t i = 0; i < lane->batch_count; i++)
		free(lane->batches[i]);
	for (int i = 0; i < MINUTES; i++) {
		meter_free(lane->minutes[i].meter);
		pack_heap_done(&lane->minutes[i].flows);
	}
	channel_free(lane->full_batches);
	channel_free(lane->empty_batches);
	channel_free(lane->full_minutes);
	channel_free(lane->empty_minutes);
	worker_free(lane->worker);
	pthread_mutex_destroy(&lane->lock);
	free(lane);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/desk.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/channel.h"

#define MINUTES 8 /* closed and not yet judged: the workers may be so far ahead */

struct desk {
	struct desk_settings settings;
	struct analyst *analyst;        /* NULL: flows only */
	struct channel *closed, *spare; /* of struct desk_minute */
	struct desk_minute minutes[MINUTES];
	pthread_t thread;
	bool is_working; /* the thread runs */
	atomic_bool is_changing;
	pthread_mutex_t lock; /* of the figures */
	struct desk_stats stats;
	struct lap lap;
};

/* The listener's time is told apart from the analyst's. */
static void tell_alert(void *argument, const struct alert *alert)
{
	struct desk *desk = argument;
	const struct analyst_listener *listener = &desk->settings.analyst.listener;
	lap_mark(&desk->lap, STAGE_ANALYST);
	listener->alert(listener->argument, alert);
	lap_mark(&desk->lap, STAGE_PUBLISH);
}

static void tell_usage(void *argument, const struct analyst_usage *usage)
{
	struct desk *desk = argument;
	const struct analyst_listener *listener = &desk->settings.analyst.listener;
	lap_mark(&desk->lap, STAGE_ANALYST);
	listener->usage(listener->argument, usage);
	lap_mark(&desk->lap, STAGE_PUBLISH);
}

int desk_new(const struct desk_settings *settings, struct desk **ret_desk)
{
	struct desk *desk = calloc(1, sizeof *desk);
	struct analyst_settings analyst = settings->analyst;
	int error = 0;
	if (!desk)
		return -ENOMEM;
	pthread_mutex_init(&desk->lock, NULL);
	desk->settings = *settings;
	analyst.listener = (struct analyst_listener){
		tell_alert, settings->analyst.listener.usage ? tell_usage : NULL, desk};
	if (settings->analyst.listener.alert)
		error = analyst_new(&analyst, &desk->analyst);
	if (error == 0 &&
		(channel_new(MINUTES, &desk->closed) < 0 || channel_new(MINUTES, &desk->spare) < 0))
		error = -ENOMEM;
	if (error < 0) {
		desk_free(desk);
		return error;
	}
	for (int i = 0; i < MINUTES; i++)
		channel_put(desk->spare, &desk->minutes[i]);
	*ret_desk = desk;
	return 0;
}

void desk_free(struct desk *desk)
{
	if (!desk)
		return;
	analyst_free(desk->analyst);
	channel_free(desk->closed);
	channel_free(desk->spare);
	pthread_mutex_destroy(&desk->lock);
	free(desk);
}

struct analyst *desk_analyst(struct desk *desk)
{
	return desk->analyst;
}

static void save_baselines(
	struct desk *desk, const struct desk_minute *minute, struct lane_minute *const *parts)
{
	const struct pack_heap *flows[DESK_LANES_MAX];
	struct baselines_estate estate = {
		.analyst = desk->analyst,
		.host_seed = desk->settings.analyst.host_seed,
		.moment = minute->moment,
		.flows = flows,
		.flows_count = desk->settings.lane_count,
	};
	for (uint32_t i = 0; i < desk->settings.lane_count; i++) {
		flows[i] = &parts[i]->flows;
		if (parts[i]->flows_error < 0)
			estate.error = parts[i]->flows_error;
	}
	int error = baselines_save(desk->settings.state_folder, &estate, &desk->settings.baselines);
	pthread_mutex_lock(&desk->lock);
	desk->stats.unsaved += error < 0;
	pthread_mutex_unlock(&desk->lock);
}

static void judge_meters(
	struct desk *desk, const struct desk_minute *minute, struct meter *const *meters)
{
	uint32_t count = desk->settings.lane_count;
	if (!desk->analyst || minute->is_void)
		return;
	if (minute->is_kept)
		analyst_keep_minute(desk->analyst, minute->start_s, meters, count);
	else
		analyst_take_minute(
			desk->analyst, minute->start_s, minute->coverage, meters, count);
}

static void judge_minute(struct desk *desk, const struct desk_minute *minute)
{
	struct lane_minute *parts[DESK_LANES_MAX];
	struct meter *meters[DESK_LANES_MAX];
	for (uint32_t i = 0; i < desk->settings.lane_count; i++) {
		parts[i] = lane_take_minute(desk->settings.lanes[i]);
		meters[i] = parts[i]->meter;
	}
	lap_begin_rare(&desk->lap);
	judge_meters(desk, minute, meters);
	if (minute->is_saved)
		save_baselines(desk, minute, parts);
	if (minute->is_kept)
		analyst_leave(desk->analyst, minute->is_void ? 0 : minute->coverage);
	for (uint32_t i = 0; i < desk->settings.lane_count; i++) {
		meter_clear(meters[i]);
		lane_give_minute(desk->settings.lanes[i], parts[i]);
	}
	lap_mark(&desk->lap, STAGE_ANALYST);
}

static void change_rules(struct desk *desk, const struct rules_change *change)
{
	if (desk->analyst)
		analyst_change_rules(desk->analyst, change);
	atomic_store(&desk->is_changing, false);
}

/* `minute` was judged just now; NULL none. */
static void note_stats(struct desk *desk, const struct desk_minute *minute)
{
	struct desk_stats *stats = &desk->stats;
	pthread_mutex_lock(&desk->lock);
	stats->minutes += minute != NULL;
	if (minute && !minute->is_void)
		stats->last_s = minute->start_s;
	if (desk->analyst) {
		stats->ranges = analyst_tracked(desk->analyst, &stats->detector_bytes);
		stats->refused = analyst_refused(desk->analyst);
		stats->control_hosts = (uint64_t)analyst_control_hosts(desk->analyst);
	}
	pthread_mutex_unlock(&desk->lock);
}

static void *work(void *argument)
{
	struct desk *desk = argument;
	bool is_last = false;
	while (!is_last) {
		struct desk_minute *minute = channel_take(desk->closed);
		is_last = minute->is_last;
		if (minute->change)
			change_rules(desk, minute->change);
		else
			judge_minute(desk, minute);
		note_stats(desk, minute->change ? NULL : minute);
		channel_put(desk->spare, minute);
	}
	if (desk->analyst)
		analyst_finish(desk->analyst);
	note_stats(desk, NULL);
	return NULL;
}

int desk_start(struct desk *desk)
{
	int error = -pthread_create(&desk->thread, NULL, work, desk);
	desk->is_working = error == 0;
	return error;
}

void desk_put_minute(struct desk *desk, const struct desk_minute *told)
{
	struct desk_minute *minute = channel_take(desk->spare);
	*minute = *told;
	if (minute->change)
		atomic_store(&desk->is_changing, true);
	channel_put(desk->closed, minute);
}

bool desk_is_changing(const struct desk *desk)
{
	return atomic_load(&desk->is_changing);
}

void desk_finish(struct desk *desk)
{
	if (desk->is_working)
		pthread_join(desk->thread, NULL);
	desk->is_working = false;
}

const struct lap *desk_lap(const struct desk *desk)
{
	return &desk->lap;
}

void desk_stats(struct desk *desk, struct desk_stats *ret_stats)
{
	pthread_mutex_lock(&desk->lock);
	*ret_stats = desk->stats;
	pthread_mutex_unlock(&desk->lock);
}

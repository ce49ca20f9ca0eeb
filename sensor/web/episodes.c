/* SPDX-License-Identifier: Apache-2.0 */
#include "web/episodes.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/siphash.h"
#include "base/text.h"
#include "web/episode_list.h"

#define SLOTS 131072 /* a power of two, more than twice EPISODES_MAX */
#define EMPTY 0      /* a slot holds a place and one */

struct episodes {
	pthread_mutex_t lock; /* for all below */
	struct siphash_key key;
	struct names names;
	struct episode *all;
	size_t count, room;
	uint32_t slots[SLOTS];
	bool is_complete, is_cut;
	uint64_t version;
};

struct episodes *episodes_new(void)
{
	struct episodes *episodes = calloc(1, sizeof *episodes);
	if (!episodes)
		return NULL;
	pthread_mutex_init(&episodes->lock, NULL);
	episodes->key = siphash_key_from_seed((uintptr_t)episodes);
	return episodes;
}

void episodes_free(struct episodes *episodes)
{
	if (!episodes)
		return;
	names_clear(&episodes->names);
	pthread_mutex_destroy(&episodes->lock);
	free(episodes->all);
	free(episodes);
}

/* The slot of an alert_id: the one that holds it, or the empty one where it belongs. */
static uint32_t *find_slot(struct episodes *episodes, const char *alert_id)
{
	size_t at = siphash_1_3(&episodes->key, alert_id, strlen(alert_id)) % SLOTS;
	while (episodes->slots[at] != EMPTY &&
		strcmp(episodes->all[episodes->slots[at] - 1].alert_id, alert_id) != 0)
		at = (at + 1) % SLOTS;
	return &episodes->slots[at];
}

static void renew_slots(struct episodes *episodes)
{
	memset(episodes->slots, 0, sizeof episodes->slots);
	for (size_t i = 0; i < episodes->count; i++)
		*find_slot(episodes, episodes->all[i].alert_id) = (uint32_t)i + 1;
}

static int compare_newest(const void *a, const void *b)
{
	return stream_id_compare(
		&((const struct episode *)b)->id, &((const struct episode *)a)->id);
}

/* Makes room by the oldest tenth. False: `id` itself is older than they are. */
static bool make_room(struct episodes *episodes, const struct stream_id *id)
{
	qsort(episodes->all, episodes->count, sizeof *episodes->all, compare_newest);
	episodes->is_cut = true;
	bool is_newer = stream_id_compare(id, &episodes->all[EPISODES_MAX - 1].id) > 0;
	if (is_newer)
		episodes->count = EPISODES_MAX - EPISODES_MAX / 10;
	renew_slots(episodes);
	return is_newer;
}

static int add(struct episodes *episodes, const struct episode *episode)
{
	if (episodes->count == EPISODES_MAX && !make_room(episodes, &episode->id))
		return -ENOSPC;
	if (episodes->count == episodes->room) {
		size_t room = episodes->room > 0 ? 2 * episodes->room : 256;
		struct episode *all = realloc(episodes->all, room * sizeof *all);
		if (!all)
			return -ENOMEM;
		episodes->all = all;
		episodes->room = room;
	}
	episodes->all[episodes->count] = *episode;
	*find_slot(episodes, episode->alert_id) = (uint32_t)++episodes->count;
	return 0;
}

static void renew(struct episode *known, struct episode *episode)
{
	double first_ms = fmin(known->first_ms, episode->first_ms);
	if (stream_id_compare(&episode->id, &known->id) > 0)
		*known = *episode;
	known->first_ms = first_ms;
}

static double number_of(const json_t *alert, const char *name)
{
	const json_t *value = json_object_get(alert, name);
	return json_is_number(value) ? json_number_value(value) : NAN;
}

static uint16_t name_of(struct episodes *episodes, const json_t *alert, const char *name)
{
	return names_find(&episodes->names, json_string_value(json_object_get(alert, name)));
}

static int make_episode(struct episodes *episodes, const json_t *alert, struct episode *ret_episode)
{
	struct episode episode = {.time_ms = number_of(alert, "time_ms"),
		.first_ms = number_of(alert, "time_ms"),
		.window_end_s = number_of(alert, "window_end_s"),
		.ratio = (float)number_of(alert, "ratio"),
		.rise_percent = (float)number_of(alert, "rise_percent"),
		.score = (float)number_of(alert, "score"),
		.scale_seconds = (float)number_of(alert, "scale_seconds"),
		.severity = (float)number_of(alert, "severity"),
		.is_acked = json_is_object(json_object_get(alert, "ack"))};
	const char *id = json_string_value(json_object_get(alert, "id"));
	const char *alert_id = json_string_value(json_object_get(alert, "alert_id"));
	if (!id || stream_id_parse(id, &episode.id) < 0 || !alert_id ||
		!text_copy(alert_id, episode.alert_id, sizeof episode.alert_id))
		return -EINVAL;
	episode.state = name_of(episodes, alert, "state");
	episode.range = name_of(episodes, alert, "range");
	episode.technique = name_of(episodes, alert, "technique");
	episode.metric = name_of(episodes, alert, "metric");
	episode.sensor = name_of(episodes, alert, "sensor");
	*ret_episode = episode;
	return 0;
}

int episodes_take(struct episodes *episodes, const json_t *alert)
{
	struct episode episode;
	pthread_mutex_lock(&episodes->lock);
	int r = make_episode(episodes, alert, &episode);
	if (r == 0) {
		uint32_t place = *find_slot(episodes, episode.alert_id);
		if (place != EMPTY)
			renew(&episodes->all[place - 1], &episode);
		else
			r = add(episodes, &episode);
		episodes->version++;
	}
	pthread_mutex_unlock(&episodes->lock);
	return r;
}

void episodes_set_ack(struct episodes *episodes, const char *alert_id, bool is_acked)
{
	pthread_mutex_lock(&episodes->lock);
	uint32_t place = *find_slot(episodes, alert_id);
	if (place != EMPTY && episodes->all[place - 1].is_acked != is_acked) {
		episodes->all[place - 1].is_acked = is_acked;
		episodes->version++;
	}
	pthread_mutex_unlock(&episodes->lock);
}

void episodes_forget(struct episodes *episodes, const struct stream_id *id)
{
	size_t kept = 0;
	pthread_mutex_lock(&episodes->lock);
	for (size_t i = 0; i < episodes->count; i++)
		if (stream_id_compare(&episodes->all[i].id, id) >= 0)
			episodes->all[kept++] = episodes->all[i];
	if (kept < episodes->count) {
		episodes->count = kept;
		episodes->version++;
		renew_slots(episodes);
	}
	pthread_mutex_unlock(&episodes->lock);
}

void episodes_clear(struct episodes *episodes)
{
	pthread_mutex_lock(&episodes->lock);
	episodes->count = 0;
	episodes->is_complete = episodes->is_cut = false;
	episodes->version++;
	names_clear(&episodes->names);
	renew_slots(episodes);
	pthread_mutex_unlock(&episodes->lock);
}

void episodes_complete(struct episodes *episodes)
{
	pthread_mutex_lock(&episodes->lock);
	episodes->is_complete = true;
	episodes->version++;
	pthread_mutex_unlock(&episodes->lock);
}

void episodes_sum(struct episodes *episodes, struct episodes_sum *ret_sum)
{
	pthread_mutex_lock(&episodes->lock);
	*ret_sum = (struct episodes_sum){.count = episodes->count,
		.is_complete = episodes->is_complete,
		.is_cut = episodes->is_cut,
		.version = episodes->version};
	for (size_t i = 0; i < episodes->count; i++)
		if (i == 0 || stream_id_compare(&episodes->all[i].id, &ret_sum->oldest) < 0)
			ret_sum->oldest = episodes->all[i].id;
	pthread_mutex_unlock(&episodes->lock);
}

json_t *episodes_list(struct episodes *episodes, const struct episode_wish *wish)
{
	pthread_mutex_lock(&episodes->lock);
	json_t *list = episode_list_make(&episodes->names, episodes->all, episodes->count, wish);
	pthread_mutex_unlock(&episodes->lock);
	return list;
}

json_t *episodes_count_open(struct episodes *episodes)
{
	pthread_mutex_lock(&episodes->lock);
	json_t *counts = episode_list_count_open(&episodes->names, episodes->all, episodes->count);
	pthread_mutex_unlock(&episodes->lock);
	return counts;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "web/episode_list.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "web/reply.h"

/* The best places so far: a binary heap with the last of them on top. */
struct heap {
	const struct names *names;
	const struct episode_wish *wish;
	size_t count, max;
	const struct episode **places;
};

/* Numbers that are not known come last, whichever way the others go. */
static int compare_numbers(double a, double b, bool is_descending)
{
	if (isnan(a) || isnan(b))
		return isnan(a) - isnan(b);
	return is_descending ? (a < b) - (a > b) : (a > b) - (a < b);
}

/* "range-2" comes before "range-10". */
static int compare_texts(const struct names *names, uint16_t a, uint16_t b, bool is_descending)
{
	if (a == b)
		return 0;
	const char *x = names_text(names, a), *y = names_text(names, b);
	if (!x || !y)
		return (!x) - (!y);
	return is_descending ? strverscmp(y, x) : strverscmp(x, y);
}

/* Below zero when `a` comes before `b`. */
static int compare(const struct heap *heap, const struct episode *a, const struct episode *b)
{
	bool down = heap->wish->is_descending;
	int order = 0;
	switch (heap->wish->order) {
	case EPISODE_BY_TIME:
		order = compare_numbers(a->time_ms, b->time_ms, down);
		break;
	case EPISODE_BY_BEGIN:
		order = compare_numbers(a->first_ms, b->first_ms, down);
		break;
	case EPISODE_BY_STATE:
		order = compare_texts(heap->names, a->state, b->state, down);
		break;
	case EPISODE_BY_TECHNIQUE:
		order = compare_texts(heap->names, a->technique, b->technique, down);
		break;
	case EPISODE_BY_RANGE:
		order = compare_texts(heap->names, a->range, b->range, down);
		break;
	case EPISODE_BY_RATIO:
		order = compare_numbers(a->ratio, b->ratio, down);
		break;
	case EPISODE_BY_RISE:
		order = compare_numbers(a->rise_percent, b->rise_percent, down);
		break;
	case EPISODE_BY_SEVERITY:
		order = compare_numbers(a->severity, b->severity, down);
		break;
	case EPISODE_BY_ACK:
		order = compare_numbers(a->is_acked, b->is_acked, down);
		break;
	}
	return order != 0 ? order : stream_id_compare(&b->id, &a->id);
}

static void sink(struct heap *heap, size_t at)
{
	const struct episode *moved = heap->places[at];
	for (size_t child; (child = 2 * at + 1) < heap->count; at = child) {
		if (child + 1 < heap->count &&
			compare(heap, heap->places[child + 1], heap->places[child]) > 0)
			child++;
		if (compare(heap, heap->places[child], moved) <= 0)
			break;
		heap->places[at] = heap->places[child];
	}
	heap->places[at] = moved;
}

static void offer(struct heap *heap, const struct episode *episode)
{
	if (heap->count < heap->max) {
		heap->places[heap->count++] = episode;
		for (size_t i = heap->count == heap->max ? heap->max / 2 : 0; i > 0; i--)
			sink(heap, i - 1);
	} else if (heap->max > 0 && compare(heap, episode, heap->places[0]) < 0) {
		heap->places[0] = episode;
		sink(heap, 0);
	}
}

static int compare_places(const void *a, const void *b, void *heap)
{
	return compare(heap, *(const struct episode *const *)a, *(const struct episode *const *)b);
}

static json_t *text_of(const struct names *names, uint16_t number)
{
	const char *text = names_text(names, number);
	return text ? json_string(text) : json_null();
}

static json_t *make_row(const struct names *names, const struct episode *episode)
{
	char id[48];
	snprintf(id, sizeof id, "%" PRIu64 "-%" PRIu64, episode->id.ms, episode->id.number);
	return json_pack(
		"{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id",
		id, "alert_id", episode->alert_id, "state", text_of(names, episode->state), "range",
		text_of(names, episode->range), "technique", text_of(names, episode->technique),
		"metric", text_of(names, episode->metric), "ratio", reply_number(episode->ratio),
		"rise_percent", reply_number(episode->rise_percent), "score",
		reply_number(episode->score), "severity", reply_number(episode->severity),
		"time_ms", reply_number(episode->time_ms), "scale_seconds",
		reply_number(episode->scale_seconds), "window_end_s",
		reply_number(episode->window_end_s), "sensor", text_of(names, episode->sensor),
		"first_ms", reply_number(episode->first_ms));
}

json_t *episode_list_make(const struct names *names, const struct episode *all, size_t count,
	const struct episode_wish *wish)
{
	struct heap heap = {.names = names, .wish = wish, .max = wish->offset + wish->limit};
	heap.places = malloc((heap.max + 1) * sizeof *heap.places);
	if (!heap.places)
		return NULL;
	json_int_t total = 0;
	for (size_t i = 0; i < count; i++)
		if (wish->is_wanted(wish->user, names, &all[i])) {
			offer(&heap, &all[i]);
			total++;
		}
	qsort_r(heap.places, heap.count, sizeof *heap.places, compare_places, &heap);
	json_t *rows = json_array();
	for (size_t i = wish->offset; i < heap.count; i++)
		json_array_append_new(rows, make_row(names, heap.places[i]));
	free(heap.places);
	return json_pack("{s:o, s:I}", "episodes", rows, "total", total);
}

static bool is_open(const struct names *names, const struct episode *episode)
{
	const char *state = names_text(names, episode->state);
	return state && (strcmp(state, "open") == 0 || strcmp(state, "update") == 0);
}

json_t *episode_list_count_open(const struct names *names, const struct episode *all, size_t count)
{
	struct pair {
		uint16_t range, technique;
		json_int_t count, unseen;
	} pairs[EPISODES_OPEN_MAX];
	size_t known = 0;
	for (size_t i = 0; i < count; i++) {
		if (!is_open(names, &all[i]))
			continue;
		size_t at = 0;
		while (at < known && (pairs[at].range != all[i].range ||
					     pairs[at].technique != all[i].technique))
			at++;
		if (at == EPISODES_OPEN_MAX)
			continue;
		if (at == known)
			pairs[known++] = (struct pair){all[i].range, all[i].technique, 0, 0};
		pairs[at].count++;
		pairs[at].unseen += !all[i].is_acked;
	}
	json_t *counts = json_array();
	for (size_t i = 0; i < known; i++)
		json_array_append_new(counts,
			json_pack("{s:o, s:o, s:I, s:I}", "range", text_of(names, pairs[i].range),
				"technique", text_of(names, pairs[i].technique), "count",
				pairs[i].count, "unseen", pairs[i].unseen));
	return counts;
}

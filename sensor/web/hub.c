/* SPDX-License-Identifier: Apache-2.0 */
#include "web/hub.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "publish/stream_id.h"

static const char reload[] = "event: reload\ndata: {}\n\n";

struct event {
	struct stream_id id; /* {0, 0}: none */
	char *text;
	size_t length;
};

struct hub {
	pthread_mutex_t lock;
	uint64_t next;            /* number of the event that comes next */
	struct stream_id dropped; /* newest id that was overwritten */
	struct event events[HUB_EVENTS];
};

struct hub *hub_new(void)
{
	struct hub *hub = calloc(1, sizeof *hub);
	if (hub)
		pthread_mutex_init(&hub->lock, NULL);
	return hub;
}

void hub_free(struct hub *hub)
{
	if (!hub)
		return;
	for (size_t i = 0; i < HUB_EVENTS; i++)
		free(hub->events[i].text);
	pthread_mutex_destroy(&hub->lock);
	free(hub);
}

static struct event *event_at(struct hub *hub, uint64_t number)
{
	return &hub->events[number % HUB_EVENTS];
}

static bool has_id(const struct event *event)
{
	return event->id.ms > 0 || event->id.number > 0;
}

void hub_begin(struct hub *hub, const char *id)
{
	struct stream_id begin;
	if (stream_id_parse(id, &begin) < 0)
		return;
	pthread_mutex_lock(&hub->lock);
	hub->dropped = begin;
	pthread_mutex_unlock(&hub->lock);
}

int hub_add(struct hub *hub, const char *id, const char *name, const char *data)
{
	struct event made = {0};
	if (strlen(data) > HUB_EVENT_MAX)
		return -EMSGSIZE;
	if (id && stream_id_parse(id, &made.id) < 0)
		return -EINVAL;
	int length = asprintf(&made.text, "%s%s%sevent: %s\ndata: %s\n\n", id ? "id: " : "",
		id ? id : "", id ? "\n" : "", name, data);
	if (length < 0)
		return -ENOMEM;
	made.length = (size_t)length;
	pthread_mutex_lock(&hub->lock);
	struct event *event = event_at(hub, hub->next);
	if (has_id(event))
		hub->dropped = event->id;
	free(event->text);
	*event = made;
	hub->next++;
	pthread_mutex_unlock(&hub->lock);
	return 0;
}

static uint64_t oldest(const struct hub *hub)
{
	return hub->next > HUB_EVENTS ? hub->next - HUB_EVENTS : 0;
}

void hub_seek(struct hub *hub, const char *last_id, struct hub_place *ret_place)
{
	struct stream_id last;
	bool is_known = last_id && stream_id_parse(last_id, &last) == 0;
	pthread_mutex_lock(&hub->lock);
	struct hub_place place = {.next = hub->next};
	if (is_known) {
		place.is_behind = stream_id_compare(&last, &hub->dropped) < 0;
		while (!place.is_behind && place.next > oldest(hub)) {
			const struct event *event = event_at(hub, place.next - 1);
			if (has_id(event) && stream_id_compare(&event->id, &last) <= 0)
				break;
			place.next--;
		}
	}
	pthread_mutex_unlock(&hub->lock);
	*ret_place = place;
}

size_t hub_read(struct hub *hub, struct hub_place *place, char *ret_bytes, size_t size)
{
	size_t used = 0;
	pthread_mutex_lock(&hub->lock);
	if (place->next < oldest(hub)) {
		/* The rest of an event that is gone must not run into the next one. */
		if (place->offset > 0)
			used = (size_t)snprintf(ret_bytes, size, "\n\n");
		*place = (struct hub_place){.next = hub->next, .is_behind = true};
	}
	if (place->is_behind && used + sizeof reload <= size) {
		memcpy(ret_bytes + used, reload, sizeof reload - 1);
		used += sizeof reload - 1;
		place->is_behind = false;
	}
	while (place->next < hub->next && used < size) {
		const struct event *event = event_at(hub, place->next);
		size_t length = event->length - place->offset;
		if (length > size - used)
			length = size - used;
		memcpy(ret_bytes + used, event->text + place->offset, length);
		used += length;
		place->offset += length;
		if (place->offset == event->length)
			*place = (struct hub_place){.next = place->next + 1};
	}
	pthread_mutex_unlock(&hub->lock);
	return used;
}

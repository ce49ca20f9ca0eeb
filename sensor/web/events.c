/* SPDX-License-Identifier: Apache-2.0 */
#include "web/events.h"

#include <stdlib.h>

struct reader {
	struct hub *hub;
	struct hub_place place;
};

static size_t read_hub(void *state, char *ret_bytes, size_t size)
{
	struct reader *reader = state;
	return hub_read(reader->hub, &reader->place, ret_bytes, size);
}

void events_show(struct hub *hub, struct request *request, struct answer *ret_answer)
{
	const char *last = request_header(request, "Last-Event-ID");
	struct reader *reader = malloc(sizeof *reader);
	if (!reader)
		return;
	reader->hub = hub;
	hub_seek(hub, last ? last : request_query(request, "since"), &reader->place);
	*ret_answer = (struct answer){.status = 200,
		.type = "text/event-stream",
		.read_live = read_hub,
		.ping = ": ping\n\n",
		.state = reader,
		.done = free};
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WEB_HUB_H
#define WEB_HUB_H
/*
 * What happened lately, as server-sent events (WHATWG HTML, section 9.2), kept once for all
 * browsers: each of them is a place in this ring and costs no memory of its own. Who falls behind
 * by the whole ring is told to load the page's data anew. Safe to use from any thread.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HUB_EVENTS 1024    /* kept; an older one is overwritten */
#define HUB_EVENT_MAX 4096 /* bytes of data; a longer one is refused */

struct hub;

/* Where a browser is in the ring. Zeroed storage is not valid, see hub_seek. */
struct hub_place {
	uint64_t next;  /* number of the next event */
	size_t offset;  /* bytes of it that were read */
	bool is_behind; /* "reload" comes first */
};

/* NULL: no memory. */
struct hub *hub_new(void);
void hub_free(struct hub *hub);

/* Entries older than `id` were there and are not in the ring: who comes from before it is behind.
 */
void hub_begin(struct hub *hub, const char *id);

/* Adds an event of that name. `id`: the stream entry it tells of, which a browser hands back when
 * it comes again; NULL: none. `data` has no line feed. Returns 0, -EMSGSIZE or -ENOMEM. */
int hub_add(struct hub *hub, const char *id, const char *name, const char *data);

/* The place behind `last_id` (an id or anything a browser sends); NULL or no id: the end. */
void hub_seek(struct hub *hub, const char *last_id, struct hub_place *ret_place);

/* Copies what comes next, at most `size` bytes (>= 64), and moves the place. 0: nothing new. */
size_t hub_read(struct hub *hub, struct hub_place *place, char *ret_bytes, size_t size);

#endif

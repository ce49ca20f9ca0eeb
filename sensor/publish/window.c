/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/window.h"

#include <string.h>

#define LOAD_MAX 256 /* entries taken from the spool at once */

void window_init(struct window *window, struct spool *spool, bool in_order)
{
	struct spool_stats stats;
	*window = (struct window){.spool = spool, .in_order = in_order};
	if (!spool)
		return;
	spool_stats(spool, &stats);
	window->loaded = spool_next(spool) - 1 - stats.pending;
	window->behind = stats.pending > 0;
}

void window_store(struct window *window, struct entry *entry)
{
	if (!window->spool)
		return;
	int r = spool_append(window->spool, entry);
	if (r < 0)
		log_limited(
			&window->limit, "spool: %s: what comes waits in memory only", strerror(-r));
}

void window_put(struct window *window, struct queue *queue, struct entry *entry)
{
	if (entry->sequence == 0) {
		window->unspooled += window->spool != NULL;
		if (window->in_order && window->behind)
			queue_drop(queue, entry);
		else
			queue_put(queue, entry);
	} else if (entry->sequence <= window->loaded) {
		entry_free(entry); /* window_load has found it in the spool meanwhile */
	} else if (window->behind || queue->count >= queue->limit) {
		window->behind = true;
		entry_free(entry);
	} else {
		window->loaded = entry->sequence;
		queue_put(queue, entry);
	}
}

void window_load(struct window *window, struct queue *queue)
{
	struct entry *first = NULL;
	if (!window->behind || queue->count > 0)
		return;
	int r = spool_load(window->spool, window->loaded, LOAD_MAX, &first);
	if (r < 0) {
		log_limited(&window->limit, "spool: cannot read it: %s", strerror(-r));
		return;
	}
	for (struct entry *entry = first; entry; entry = entry->next)
		window->loaded = entry->sequence;
	if (!first) {
		/* All is loaded, but for what is damaged beyond reading. */
		window->loaded = spool_next(window->spool) - 1;
		window->behind = false;
	}
	queue_put_back(queue, first);
}

void window_acknowledge(struct window *window, const struct queue *queue)
{
	uint64_t waiting = window->loaded + 1;
	if (!window->spool)
		return;
	for (const struct entry *entry = queue->head; entry; entry = entry->next) {
		if (entry->sequence == 0)
			continue;
		waiting = entry->sequence;
		break;
	}
	spool_acknowledge(window->spool, waiting);
}

uint64_t window_pending(const struct window *window)
{
	return window->behind ? spool_next(window->spool) - 1 - window->loaded : 0;
}

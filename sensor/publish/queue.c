/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/queue.h"

void queue_init(struct queue *queue, size_t limit, enum queue_policy policy)
{
	*queue = (struct queue){.limit = limit, .policy = policy};
	queue->tail = &queue->head;
}

struct entry *queue_take(struct queue *queue, size_t max, size_t *ret_taken)
{
	struct entry *first = queue->head, **end = &first;
	size_t taken = 0;
	while (*end && taken < max) {
		end = &(*end)->next;
		taken++;
	}
	queue->head = *end;
	*end = NULL;
	if (!queue->head)
		queue->tail = &queue->head;
	queue->count -= taken;
	*ret_taken = taken;
	return first;
}

void queue_drop(struct queue *queue, struct entry *entry)
{
	entry_free(entry);
	queue->dropped++;
}

void queue_put(struct queue *queue, struct entry *entry)
{
	size_t taken;
	if (queue->count >= queue->limit) {
		if (queue->policy == QUEUE_KEEPS_OLDEST || queue->count == 0) {
			queue_drop(queue, entry);
			return;
		}
		queue_drop(queue, queue_take(queue, 1, &taken));
	}
	entry->next = NULL;
	*queue->tail = entry;
	queue->tail = &entry->next;
	queue->count++;
}

void queue_put_back(struct queue *queue, struct entry *first)
{
	struct entry **end = &first;
	size_t count = 0;
	for (; *end; end = &(*end)->next)
		count++;
	if (count == 0)
		return;
	*end = queue->head;
	if (!queue->head)
		queue->tail = end;
	queue->head = first;
	queue->count += count;
}

void queue_done(struct queue *queue)
{
	size_t taken;
	while (queue->head)
		entry_free(queue_take(queue, 1, &taken));
}

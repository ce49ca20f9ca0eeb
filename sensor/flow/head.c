/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/head.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct buffer {
	uint8_t bytes[HEAD_BYTES_MAX];
	/* A bit for each byte that came ahead of a gap; written and read only beyond it. */
	uint8_t seen[HEAD_BYTES_MAX / 8];
	struct head *owner; /* NULL for a spare one */
	uint16_t newer, older;
};

/* Buffers are numbered from 1 on; 0 is none. */
struct head_pool {
	struct buffer *buffers;
	uint16_t capacity, used; /* buffers beyond `used` were never touched */
	uint16_t spare;          /* chain by `older` */
	uint16_t newest, oldest; /* list of those in use */
	struct head_pool_stats stats;
};

int head_pool_new(uint32_t capacity, struct head_pool **ret_pool)
{
	struct head_pool *pool;

	if (capacity == 0 || capacity > UINT16_MAX)
		return -EINVAL;
	pool = calloc(1, sizeof *pool);
	if (!pool)
		return -ENOMEM;
	pool->buffers = calloc(capacity + (size_t)1, sizeof *pool->buffers);
	if (!pool->buffers) {
		free(pool);
		return -ENOMEM;
	}
	pool->capacity = (uint16_t)capacity;
	*ret_pool = pool;
	return 0;
}

void head_pool_free(struct head_pool *pool)
{
	if (!pool)
		return;
	free(pool->buffers);
	free(pool);
}

static void list_push(struct head_pool *pool, uint16_t number)
{
	struct buffer *buffer = &pool->buffers[number];
	buffer->newer = 0;
	buffer->older = pool->newest;
	if (pool->newest)
		pool->buffers[pool->newest].newer = number;
	else
		pool->oldest = number;
	pool->newest = number;
}

static void list_remove(struct head_pool *pool, uint16_t number)
{
	const struct buffer *buffer = &pool->buffers[number];
	if (buffer->newer)
		pool->buffers[buffer->newer].older = buffer->older;
	else
		pool->newest = buffer->older;
	if (buffer->older)
		pool->buffers[buffer->older].newer = buffer->newer;
	else
		pool->oldest = buffer->newer;
}

void head_begin(struct head_pool *pool, struct head *head)
{
	if (head->buffer)
		return;
	if (!pool->spare && pool->used == pool->capacity) {
		struct head *victim = pool->buffers[pool->oldest].owner;
		head_end(pool, victim);
		victim->is_lost = true;
		pool->stats.lost++;
	}
	uint16_t number = pool->spare;
	if (number)
		pool->spare = pool->buffers[number].older;
	else
		number = ++pool->used;
	pool->buffers[number].owner = head;
	list_push(pool, number);
	*head = (struct head){.buffer = number};
	pool->stats.begun++;
}

static bool is_seen(const struct buffer *buffer, uint32_t at)
{
	return buffer->seen[at / 8] >> at % 8 & 1;
}

/* Bits of a buffer's former life are cleared as the end moves over them. */
static void advance_end(struct buffer *buffer, struct head *head, uint32_t end)
{
	for (; head->end < end; head->end++)
		buffer->seen[head->end / 8] &= (uint8_t) ~(1u << head->end % 8);
}

/* Piece by piece, where some came ahead or come again. */
static void put_each(struct buffer *buffer, struct head *head, uint32_t offset,
	const uint8_t *bytes, uint32_t count)
{
	uint32_t first = offset < head->bytes ? head->bytes - offset : 0;
	for (uint32_t i = first; i < count; i++) {
		uint32_t at = offset + i;
		if (is_seen(buffer, at))
			continue;
		buffer->bytes[at] = bytes[i];
		buffer->seen[at / 8] |= (uint8_t)(1u << at % 8);
	}
	while (head->bytes < head->end && is_seen(buffer, head->bytes))
		head->bytes++;
}

void head_put(struct head_pool *pool, struct head *head, uint32_t offset, const uint8_t *bytes,
	uint32_t count)
{
	if (!head->buffer || offset >= HEAD_BYTES_MAX)
		return;
	struct buffer *buffer = &pool->buffers[head->buffer];
	if (count > HEAD_BYTES_MAX - offset)
		count = HEAD_BYTES_MAX - offset;
	if (offset == head->bytes && head->end == head->bytes) {
		memcpy(buffer->bytes + offset, bytes, count);
		head->bytes = (uint16_t)(head->bytes + count);
		head->end = head->bytes;
		return;
	}
	advance_end(buffer, head, offset + count);
	put_each(buffer, head, offset, bytes, count);
}

uint8_t *head_data(const struct head_pool *pool, const struct head *head)
{
	return head->buffer ? pool->buffers[head->buffer].bytes : NULL;
}

void head_end(struct head_pool *pool, struct head *head)
{
	if (!head->buffer)
		return;
	list_remove(pool, head->buffer);
	pool->buffers[head->buffer].owner = NULL;
	pool->buffers[head->buffer].older = pool->spare;
	pool->spare = head->buffer;
	head->buffer = 0;
	head->bytes = 0;
	head->end = 0;
}

void head_pool_stats(const struct head_pool *pool, struct head_pool_stats *ret_stats)
{
	*ret_stats = pool->stats;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/channel.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

struct channel {
	pthread_mutex_t lock;
	pthread_cond_t has_room, has_item;
	size_t capacity, count, first;
	void *items[];
};

int channel_new(size_t capacity, struct channel **ret_channel)
{
	struct channel *channel = calloc(1, sizeof *channel + capacity * sizeof(void *));
	if (!channel)
		return -ENOMEM;
	channel->capacity = capacity;
	pthread_mutex_init(&channel->lock, NULL);
	pthread_cond_init(&channel->has_room, NULL);
	pthread_cond_init(&channel->has_item, NULL);
	*ret_channel = channel;
	return 0;
}

void channel_free(struct channel *channel)
{
	if (!channel)
		return;
	pthread_cond_destroy(&channel->has_item);
	pthread_cond_destroy(&channel->has_room);
	pthread_mutex_destroy(&channel->lock);
	free(channel);
}

void channel_put(struct channel *channel, void *item)
{
	pthread_mutex_lock(&channel->lock);
	while (channel->count == channel->capacity)
		pthread_cond_wait(&channel->has_room, &channel->lock);
	channel->items[(channel->first + channel->count++) % channel->capacity] = item;
	pthread_cond_signal(&channel->has_item);
	pthread_mutex_unlock(&channel->lock);
}

/* With the lock held and an item there. */
static void *take_first(struct channel *channel)
{
	void *item = channel->items[channel->first];
	channel->first = (channel->first + 1) % channel->capacity;
	channel->count--;
	pthread_cond_signal(&channel->has_room);
	return item;
}

void *channel_take(struct channel *channel)
{
	pthread_mutex_lock(&channel->lock);
	while (channel->count == 0)
		pthread_cond_wait(&channel->has_item, &channel->lock);
	void *item = take_first(channel);
	pthread_mutex_unlock(&channel->lock);
	return item;
}

size_t channel_count(struct channel *channel)
{
	pthread_mutex_lock(&channel->lock);
	size_t count = channel->count;
	pthread_mutex_unlock(&channel->lock);
	return count;
}

void *channel_poll(struct channel *channel)
{
	pthread_mutex_lock(&channel->lock);
	void *item = channel->count > 0 ? take_first(channel) : NULL;
	pthread_mutex_unlock(&channel->lock);
	return item;
}

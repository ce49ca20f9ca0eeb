/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/ahead.h"

#include "base/channel.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_BYTES 4096

struct block {
	ssize_t result;      /* of input_read */
	uint64_t bytes_read; /* of the file itself, by then */
	uint8_t *bytes;      /* AHEAD_BLOCK_BYTES */
};

struct ahead {
	struct input *input;
	struct channel *full, *empty;
	struct block blocks[AHEAD_BLOCKS];
	struct block *current; /* the user's, of which `taken` bytes are given; NULL none */
	size_t taken;
	atomic_bool is_stopping;
	pthread_t thread;
	bool is_running;
};

/* Ends with a block of no bytes, whatever the reason. */
static void *work(void *argument)
{
	struct ahead *ahead = argument;
	ssize_t result;

	do {
		struct block *block = channel_take(ahead->empty);

		result = 0;
		if (!atomic_load(&ahead->is_stopping))
			result = input_read(ahead->input, block->bytes, AHEAD_BLOCK_BYTES);
		block->result = result;
		block->bytes_read = input_bytes_read(ahead->input);
		channel_put(ahead->full, block);
	} while (result > 0);
	return NULL;
}

/* Signals are for those who wait for packets. */
static int start_thread(struct ahead *ahead)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = -pthread_create(&ahead->thread, NULL, work, ahead);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	ahead->is_running = error == 0;
	return error;
}

int ahead_new(struct input *input, struct ahead **ret_ahead)
{
	struct ahead *ahead = calloc(1, sizeof(*ahead));
	int error = -ENOMEM;

	if (!ahead)
		return -ENOMEM;
	ahead->input = input;
	if (channel_new(AHEAD_BLOCKS, &ahead->full) < 0 ||
		channel_new(AHEAD_BLOCKS, &ahead->empty) < 0)
		goto fail;
	for (int i = 0; i < AHEAD_BLOCKS; i++) {
		ahead->blocks[i].bytes = aligned_alloc(PAGE_BYTES, AHEAD_BLOCK_BYTES);
		if (!ahead->blocks[i].bytes)
			goto fail;
		channel_put(ahead->empty, &ahead->blocks[i]);
	}
	error = start_thread(ahead);
	if (error < 0)
		goto fail;
	*ret_ahead = ahead;
	return 0;
fail:
	ahead_free(ahead);
	return error;
}

/* The next block with bytes to give, or the last one. */
static struct block *find_block(struct ahead *ahead)
{
	struct block *block = ahead->current;

	if (block && block->result > 0 && ahead->taken == (size_t)block->result) {
		channel_put(ahead->empty, block);
		block = NULL;
	}
	if (!block) {
		ahead->current = channel_take(ahead->full);
		ahead->taken = 0;
	}
	return ahead->current;
}

ssize_t ahead_read(struct ahead *ahead, uint8_t *buffer, size_t bytes)
{
	const struct block *block = find_block(ahead);
	size_t left, n;

	if (block->result <= 0)
		return block->result;
	left = (size_t)block->result - ahead->taken;
	n = left < bytes ? left : bytes;
	memcpy(buffer, block->bytes + ahead->taken, n);
	ahead->taken += n;
	return (ssize_t)n;
}

uint64_t ahead_bytes_read(const struct ahead *ahead)
{
	return ahead->current ? ahead->current->bytes_read : 0;
}

/* Lets the thread come to its last block. */
static void stop_thread(struct ahead *ahead)
{
	struct block *block = ahead->current;

	atomic_store(&ahead->is_stopping, true);
	while (!block || block->result > 0) {
		if (block)
			channel_put(ahead->empty, block);
		block = channel_take(ahead->full);
	}
	pthread_join(ahead->thread, NULL);
}

void ahead_free(struct ahead *ahead)
{
	if (!ahead)
		return;
	if (ahead->is_running)
		stop_thread(ahead);
	for (int i = 0; i < AHEAD_BLOCKS; i++)
		free(ahead->blocks[i].bytes);
	channel_free(ahead->full);
	channel_free(ahead->empty);
	free(ahead);
}

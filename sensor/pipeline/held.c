/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/held.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int held_add(struct held *held, const struct frame *frame)
{
	uint32_t place = held->count;
	if (place == HELD_FRAMES)
		return -ENOSPC;
	if (held->room[place] < frame->captured_bytes) {
		uint8_t *larger = realloc(held->bytes[place], frame->captured_bytes);
		if (!larger)
			return -ENOMEM;
		held->bytes[place] = larger;
		held->room[place] = frame->captured_bytes;
	}
	if (frame->captured_bytes > 0)
		memcpy(held->bytes[place], frame->data, frame->captured_bytes);
	held->frames[place] = *frame;
	held->frames[place].data = held->bytes[place];
	held->count++;
	return 0;
}

void held_done(struct held *held)
{
	for (uint32_t i = 0; i < HELD_FRAMES; i++)
		free(held->bytes[i]);
	*held = (struct held){0};
}

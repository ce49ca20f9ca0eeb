/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_HEAD_H
#define FLOW_HEAD_H
/*
 * Heads: the first bytes of a message, put together from pieces that come in any order, twice or
 * overlapping. Of bytes that come twice the first ones stay, whatever the second ones are. Buffers
 * come from a pool of one worker; when none is left, the head that began longest ago loses its own.
 */
#include <stdbool.h>
#include <stdint.h>

/* The most that a head holds: the plaintext of one TLS record (RFC 8446, 5.1). */
#define HEAD_BYTES_MAX 16384u

/* Zero at first. Its address must not change while it has a buffer. */
struct head {
	uint16_t buffer; /* 1 and its number in the pool; 0 for none */
	uint16_t bytes;  /* there without a gap, from the first on */
	uint32_t end;    /* behind the last byte of all pieces */
	bool is_lost;    /* the pool has taken the buffer away */
};

struct head_pool_stats {
	uint64_t begun;
	uint64_t lost; /* buffers taken away from unfinished heads */
};

struct head_pool;

/* `capacity` heads at once, at most UINT16_MAX. Memory is touched as it is used. Returns 0,
 * -EINVAL or -ENOMEM. */
int head_pool_new(uint32_t capacity, struct head_pool **ret_pool);
/* Heads must not be used after this. Accepts NULL. */
void head_pool_free(struct head_pool *pool);

/* Gives a head its buffer; one that has a buffer is left as it is. */
void head_begin(struct head_pool *pool, struct head *head);

/* Adds a piece that begins `offset` bytes behind the head's first one. What lies beyond
 * HEAD_BYTES_MAX, or comes for a head without a buffer, is dropped. */
void head_put(struct head_pool *pool, struct head *head, uint32_t offset, const uint8_t *bytes,
	uint32_t count);

/* The first head->bytes bytes, which the caller may change; NULL without a buffer. Valid until the
 * head's buffer is given back or taken away. */
uint8_t *head_data(const struct head_pool *pool, const struct head *head);

/* Gives the buffer back, if there is one. */
void head_end(struct head_pool *pool, struct head *head);

void head_pool_stats(const struct head_pool *pool, struct head_pool_stats *ret_stats);

#endif

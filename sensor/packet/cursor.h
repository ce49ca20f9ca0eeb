/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PACKET_CURSOR_H
#define PACKET_CURSOR_H
/*
 * A bounds-checked reader of big-endian bytes. It knows two ends: where the captured bytes stop and
 * where the enclosing headers say that the data stops. A read beyond the captured bytes gives 0, so
 * a missed check is a wrong verdict and never a wild read.
 */
#include "packet/packet.h"

struct cursor {
	const uint8_t *at;
	uint32_t left;   /* captured bytes from `at` on; never more than `stated` */
	uint32_t stated; /* bytes from `at` on as the enclosing headers state them */
	bool bounded;    /* a header, not the frame's length alone, has set `stated` */
};

static inline bool cursor_has(const struct cursor *cursor, uint32_t bytes)
{
	return cursor->left >= bytes;
}

/* The verdict when bytes are missing: the capture ended early, or the container is too small. */
static inline enum packet_verdict cursor_short(const struct cursor *cursor)
{
	return cursor->bounded && cursor->left == cursor->stated ? PACKET_MALFORMED
								 : PACKET_TRUNCATED;
}

static inline uint8_t cursor_u8(const struct cursor *cursor, uint32_t offset)
{
	return offset < cursor->left ? cursor->at[offset] : 0;
}

static inline uint16_t cursor_u16(const struct cursor *cursor, uint32_t offset)
{
	return (uint16_t)(cursor_u8(cursor, offset) << 8 | cursor_u8(cursor, offset + 1));
}

static inline uint32_t cursor_u32(const struct cursor *cursor, uint32_t offset)
{
	return (uint32_t)cursor_u16(cursor, offset) << 16 | cursor_u16(cursor, offset + 2);
}

/* Little-endian, as the headers of 802.11 and of the capturing host have it. */
static inline uint16_t cursor_u16_little(const struct cursor *cursor, uint32_t offset)
{
	return (uint16_t)(cursor_u8(cursor, offset + 1) << 8 | cursor_u8(cursor, offset));
}

static inline uint32_t cursor_u32_little(const struct cursor *cursor, uint32_t offset)
{
	return (uint32_t)cursor_u16_little(cursor, offset + 2) << 16 |
	       cursor_u16_little(cursor, offset);
}

/* Moves on; at most to the end of the captured bytes, so `cursor_has` comes first. */
static inline void cursor_skip(struct cursor *cursor, uint32_t bytes)
{
	if (bytes > cursor->left)
		bytes = cursor->left;
	cursor->at += bytes;
	cursor->left -= bytes;
	cursor->stated -= bytes;
}

/* A header states that `bytes` follow. False if its container, itself stated by a header, is
 * smaller. Where only the frame's length speaks against it, the header is believed: offloading and
 * careless rewriting make frames that claim to be shorter than their packets. */
static inline bool cursor_narrow(struct cursor *cursor, uint32_t bytes)
{
	if (bytes > cursor->stated && cursor->bounded)
		return false;
	cursor->stated = bytes;
	if (cursor->left > bytes)
		cursor->left = bytes;
	cursor->bounded = true;
	return true;
}

#endif

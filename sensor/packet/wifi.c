/* SPDX-License-Identifier: Apache-2.0 */
/* IEEE 802.11 data frames, and the headers that capturing drivers put before them. */
#include "packet/layer.h"

#include <stddef.h>

#define CONTROL_TYPE 0x0c /* of the first frame control byte */
#define CONTROL_TYPE_DATA 0x08
#define CONTROL_NO_DATA 0x40 /* subtype bit: a null frame */
#define CONTROL_QOS 0x80
#define CONTROL_TO_DS 0x01 /* of the second one */
#define CONTROL_FROM_DS 0x02
#define CONTROL_PROTECTED 0x40
#define CONTROL_ORDER 0x80
#define QOS_AGGREGATE 0x80
#define FRAGMENT_NUMBER 0x0f

#define RADIOTAP_TIMER 0x01 /* presence bits */
#define RADIOTAP_FLAGS 0x02
#define RADIOTAP_MORE UINT32_C(0x80000000)
#define RADIOTAP_WORDS_MAX 16
#define RADIOTAP_FLAG_PADDED 0x20 /* the 802.11 header is padded to a multiple of 4 bytes */

/* Four addresses where one access point relays to another. */
static uint32_t find_qos(uint8_t second)
{
	return second & CONTROL_TO_DS && second & CONTROL_FROM_DS ? 30 : 24;
}

static uint32_t find_body(uint8_t first, uint8_t second, bool padded)
{
	uint32_t bytes = find_qos(second);

	if (first & CONTROL_QOS)
		bytes += second & CONTROL_ORDER ? 6 : 2;
	return padded ? (bytes + 3) & ~3u : bytes;
}

/* Encrypted data is whole, but there is nothing in it for us, as in management and control frames.
 * Of an aggregate (A-MSDU) the first part is read: two addresses, a length, then LLC. */
static enum packet_verdict read_wifi(struct walk *walk, bool padded)
{
	struct cursor *cursor = &walk->cursor;
	uint8_t first = cursor_u8(cursor, 0), second = cursor_u8(cursor, 1);
	uint32_t body = find_body(first, second, padded);
	bool aggregate;

	if (!cursor_has(cursor, 2))
		return cursor_short(cursor);
	if ((first & CONTROL_TYPE) != CONTROL_TYPE_DATA || first & CONTROL_NO_DATA ||
		second & CONTROL_PROTECTED)
		return PACKET_NOT_IP;
	if (!cursor_has(cursor, body))
		return cursor_short(cursor);
	if (cursor_u8(cursor, 22) & FRAGMENT_NUMBER)
		return PACKET_FRAGMENT;
	aggregate = first & CONTROL_QOS && cursor_u8(cursor, find_qos(second)) & QOS_AGGREGATE;
	return walk_enter(walk, PACKET_LAYER_WIFI, body, aggregate ? layer_ethernet : layer_llc);
}

enum packet_verdict layer_wifi(struct walk *walk)
{
	return read_wifi(walk, false);
}

/* radiotap.org: presence words, then fields in the order of their bits, each aligned to its size.
 * Only the flags matter; before them there is at most the timer of 8 bytes. */
static uint8_t find_radiotap_flags(const struct cursor *cursor, uint32_t length)
{
	uint32_t present = cursor_u32_little(cursor, 4);
	uint32_t offset = 8;

	if (!(present & RADIOTAP_FLAGS))
		return 0;
	for (int i = 0; cursor_u32_little(cursor, offset - 4) & RADIOTAP_MORE; i++) {
		if (i == RADIOTAP_WORDS_MAX)
			return 0;
		offset += 4;
	}
	if (present & RADIOTAP_TIMER)
		offset = ((offset + 7) & ~7u) + 8;
	return offset < length ? cursor_u8(cursor, offset) : 0;
}

enum packet_verdict layer_radiotap(struct walk *walk)
{
	struct cursor *cursor = &walk->cursor;
	uint32_t length = cursor_u16_little(cursor, 2);
	uint8_t flags;

	if (!cursor_has(cursor, 8))
		return cursor_short(cursor);
	if (cursor_u8(cursor, 0) != 0 || length < 8 || length > cursor->stated)
		return PACKET_MALFORMED;
	if (!cursor_has(cursor, length))
		return cursor_short(cursor);
	flags = find_radiotap_flags(cursor, length);
	cursor_skip(cursor, length);
	return read_wifi(walk, flags & RADIOTAP_FLAG_PADDED);
}

static enum packet_verdict skip_to_wifi(struct walk *walk, uint32_t length)
{
	if (length < 8 || length > walk->cursor.stated)
		return PACKET_MALFORMED;
	if (!cursor_has(&walk->cursor, length))
		return cursor_short(&walk->cursor);
	cursor_skip(&walk->cursor, length);
	return layer_wifi(walk);
}

/* A cookie 0x8021100x, then the length, in network order. */
enum packet_verdict layer_avs(struct walk *walk)
{
	if (!cursor_has(&walk->cursor, 8))
		return cursor_short(&walk->cursor);
	return skip_to_wifi(walk, cursor_u32(&walk->cursor, 4));
}

/* Message code and length in the byte order of the capturing host; some drivers write the header
 * of AVS under the same link type. */
enum packet_verdict layer_prism(struct walk *walk)
{
	const struct cursor *cursor = &walk->cursor;

	if (!cursor_has(cursor, 8))
		return cursor_short(cursor);
	if ((cursor_u32(cursor, 0) & 0xfffff000) == 0x80211000)
		return layer_avs(walk);
	return skip_to_wifi(
		walk, cursor_u8(cursor, 0) ? cursor_u32_little(cursor, 4) : cursor_u32(cursor, 4));
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PACKET_DATAGRAM_H
#define PACKET_DATAGRAM_H
/*
 * Datagrams put together from fragments (RFC 791, section 3.2; RFC 8200, section 4.5). Of bytes
 * that come twice the first ones stay. Bounded: when full, the datagram that is waited for longest
 * goes.
 */
#include "packet/fragment.h"

#define DATAGRAM_BYTES_MAX 65535u /* header included, as an IPv4 header can state it */
#define DATAGRAM_HEADER_MAX 40u

/* A fragment that was captured whole. */
struct datagram_part {
	const uint8_t *header; /* of IP: 20 bytes of version 4, 40 of version 6, are used */
	uint8_t ip_version;
	uint8_t transport;     /* protocol of what begins at offset 0 */
	bool is_last;          /* no more follow */
	uint32_t offset_bytes; /* of `data` in the datagram's payload; a multiple of 8 */
	const uint8_t *data;
	uint32_t bytes;
};

/* A whole datagram, without options and extension headers that stood before the fragments. */
struct datagram {
	const uint8_t *ip;
	uint32_t header_bytes, payload_bytes;
	uint8_t transport;
};

struct datagram_stats {
	uint64_t whole;
	uint64_t lost; /* gave way to others, or were out of time, before they were whole */
};

struct datagram_table;

/* Returns 0 or -ENOMEM. `capacity`: datagrams at once, at least 2, of 64 KiB address space each;
 * memory is touched as it is used. */
int datagram_table_new(uint32_t capacity, struct datagram_table **ret_table);

/* Accepts NULL. */
void datagram_table_free(struct datagram_table *table);

/*
 * Adds a part of the datagram `key` at `time_us`. Returns true when that makes it whole; its bytes
 * are valid until the table is added to, and may be what the next part is made of. A part that
 * contradicts the rules (a length that is no multiple of 8 within, an end beyond
 * DATAGRAM_BYTES_MAX), or belongs to a datagram that was whole, is passed over.
 */
bool datagram_add(struct datagram_table *table, const struct fragment_key *key, int64_t time_us,
	const struct datagram_part *part, struct datagram *ret_datagram);

void datagram_table_stats(const struct datagram_table *table, struct datagram_stats *ret_stats);

#endif

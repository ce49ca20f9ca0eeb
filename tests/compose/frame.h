/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPOSE_FRAME_H
#define COMPOSE_FRAME_H
/*
 * A captured frame, read down to its TCP or UDP segment. The composer reads frames by itself and
 * not with the sensor's decoder: a fault of that decoder must not shape the very traffic that tests
 * it.
 */
#include "prefix.h"

#include <stdbool.h>

#define FRAME_TCP 6
#define FRAME_UDP 17

/* A TCP or UDP segment; `bytes` points into the frame. */
struct segment {
	struct address source, destination;
	uint16_t source_port, destination_port;
	uint8_t transport;    /* FRAME_TCP or FRAME_UDP */
	const uint8_t *bytes; /* header and payload */
	uint16_t length;
	bool opens;  /* TCP: SYN without ACK */
	bool closes; /* TCP: FIN or RST */
};

/* Whether frames of libpcap's link type `link_type` can be read. */
bool frame_link_is_known(int link_type);

/* Finds the segment in a frame. Returns 0; -EPROTO when it holds none (other protocols, fragments,
 * malformed headers); -EMSGSIZE when the capture cut the frame short. */
int frame_parse(int link_type, const uint8_t *data, uint32_t captured_bytes, uint32_t wire_bytes,
	struct segment *ret_segment);

#endif

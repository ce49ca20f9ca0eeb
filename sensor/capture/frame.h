/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CAPTURE_FRAME_H
#define CAPTURE_FRAME_H
/* The value between capture and packet. */
#include <stdint.h>

/* A frame of a capture. `data` belongs to the capture and is valid until the next one is read. */
struct frame {
	const uint8_t *data;
	uint32_t captured_bytes; /* readable at `data` */
	uint32_t wire_bytes;     /* length on the wire; may exceed captured_bytes */
	int link_type;           /* DLT_ value of libpcap */
	int64_t time_us; /* Unix time in microseconds; may be before 1970 in broken captures */
};

#endif

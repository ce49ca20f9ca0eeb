/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GEOIP_OUTLINE_H
#define GEOIP_OUTLINE_H
/*
 * Where things stand in an MMDB file: search tree, data, metadata. Read before libmaxminddb sees
 * the file, because that multiplies sizes in 32 bits (1.7.1: a node count of 2^32-1 is taken, and
 * the next look-up ends the program) and expands whatever the metadata's pointers make of it.
 *
 * Source: MaxMind DB File Format Specification 2.0.
 */
#include <stddef.h>
#include <stdint.h>

struct outline {
	size_t data_at, data_bytes; /* the data section, up to the metadata's marker */
	int64_t built_s;            /* Unix time; 0: the file does not say */
};

/* Reads `count` bytes. Returns 0, or -EBADMSG and `ret_reason`, a constant text. */
int outline_read(
	const uint8_t *bytes, size_t count, struct outline *ret_outline, const char **ret_reason);

#endif

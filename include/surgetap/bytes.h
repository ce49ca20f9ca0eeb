/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SURGETAP_BYTES_H
#define SURGETAP_BYTES_H
/*
 * Numbers in payloads, at any alignment: be for big-endian (network byte order), le for
 * little-endian. The caller has made sure that so many bytes were captured.
 */
#include <stdint.h>

static inline uint16_t surgetap_be16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static inline uint32_t surgetap_be32(const uint8_t *bytes)
{
	return (uint32_t)surgetap_be16(bytes) << 16 | surgetap_be16(bytes + 2);
}

static inline uint64_t surgetap_be64(const uint8_t *bytes)
{
	return (uint64_t)surgetap_be32(bytes) << 32 | surgetap_be32(bytes + 4);
}

static inline uint16_t surgetap_le16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[1] << 8 | bytes[0]);
}

static inline uint32_t surgetap_le32(const uint8_t *bytes)
{
	return __builtin_bswap32(surgetap_be32(bytes));
}

#endif

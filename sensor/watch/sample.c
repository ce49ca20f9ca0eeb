/* SPDX-License-Identifier: Apache-2.0 */
#include "watch/sample.h"

#include <endian.h>
#include <string.h>

/* Digits of pi behind the binary point, made odd: nothing up the sleeve. */
#define ODD_WORD 0x243f6a89u
#define ODD_END 0x85a308d3u

struct sample sample_make(double share)
{
	double limit = share * 4294967296.0;
	return (struct sample){
		.odd = {ODD_WORD, ODD_END},
		.limit = limit < UINT32_MAX ? (uint32_t)limit : UINT32_MAX,
	};
}

bool sample_holds(const struct sample *sample, const struct surgetap_address *address)
{
	uint32_t words[4], hash = 0;
	memcpy(words, address->bytes, sizeof words);
	for (int i = address_is_ipv4(address) ? 3 : 0; i < 4; i++) {
		hash = (hash ^ be32toh(words[i])) * sample->odd[0];
		hash ^= hash >> SAMPLE_SHIFT;
	}
	return hash * sample->odd[1] < sample->limit;
}

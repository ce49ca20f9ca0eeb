/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/alert.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/siphash.h"

/* Public on purpose: whoever holds range, technique and onset can compute the id again. Digits of
 * pi (Blowfish's first words), so that nobody need wonder where they come from. */
static const struct siphash_key id_keys[2] = {
	{{0x243f6a8885a308d3, 0x13198a2e03707344}},
	{{0xa4093822299f31d0, 0x082efa98ec4e6c89}},
};

static const char *const signatures[] = {
	"vpn",
	"tor",
	"tls",
	"vps",
	"opsec",
	"proxy",
	"mining",
	"coin",
	"social-western",
	"social-chinese",
};

enum {
	SIGNATURE_FIRST = 1900001,
	SIGNATURE_HASHED_FIRST = 1900100,
	SIGNATURE_HASHED_COUNT = 900,
};

void alert_make_id(
	const char *range, const char *technique, int64_t onset_s, char ret_id[ALERT_ID_SIZE])
{
	char text[256];
	/* Lengths first: no range and technique can be cut so that two pairs read the same. */
	int length = snprintf(text, sizeof text, "%zu:%.100s|%zu:%.100s|%" PRId64, strlen(range),
		range, strlen(technique), technique, onset_s);
	for (int half = 0; half < 2; half++)
		snprintf(ret_id + 16 * half, 17, "%016" PRIx64,
			siphash_2_4(&id_keys[half], text, (size_t)length));
}

uint32_t alert_signature_id(const char *technique)
{
	for (uint32_t i = 0; i < sizeof signatures / sizeof *signatures; i++)
		if (strcmp(technique, signatures[i]) == 0)
			return SIGNATURE_FIRST + i;
	uint64_t hash = siphash_2_4(&id_keys[0], technique, strlen(technique));
	return SIGNATURE_HASHED_FIRST + (uint32_t)(hash % SIGNATURE_HASHED_COUNT);
}

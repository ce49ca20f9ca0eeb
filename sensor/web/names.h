/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WEB_NAMES_H
#define WEB_NAMES_H
/* Texts that come again and again, kept once and known by a number. For one thread at a time. */
#include <stddef.h>
#include <stdint.h>

#define NAMES_MAX 8192     /* a further one is NAMES_NONE */
#define NAMES_TEXT_MAX 512 /* bytes; a longer one is NAMES_NONE */
#define NAMES_NONE UINT16_MAX

struct names {
	size_t count;
	uint64_t hashes[NAMES_MAX];
	char *texts[NAMES_MAX];
};

/* The number of `text`, which is new or known. NULL, and what finds no room: NAMES_NONE. */
uint16_t names_find(struct names *names, const char *text);

/* NULL for NAMES_NONE. Valid until names_clear(). */
const char *names_text(const struct names *names, uint16_t number);

/* Forgets all; also frees what a zeroed struct has gathered. */
void names_clear(struct names *names);

#endif

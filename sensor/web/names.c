/* SPDX-License-Identifier: Apache-2.0 */
#include "web/names.h"

#include <stdlib.h>
#include <string.h>

/* FNV-1a (Fowler, Noll, Vo), 64 bits. Who makes two texts meet costs us a comparison. */
static uint64_t hash(const char *text)
{
	uint64_t value = UINT64_C(14695981039346656037);
	for (; *text; text++)
		value = (value ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return value;
}

uint16_t names_find(struct names *names, const char *text)
{
	if (!text || strlen(text) > NAMES_TEXT_MAX)
		return NAMES_NONE;
	uint64_t wanted = hash(text);
	for (size_t i = 0; i < names->count; i++)
		if (names->hashes[i] == wanted && strcmp(names->texts[i], text) == 0)
			return (uint16_t)i;
	char *copy = names->count < NAMES_MAX ? strdup(text) : NULL;
	if (!copy)
		return NAMES_NONE;
	names->hashes[names->count] = wanted;
	names->texts[names->count] = copy;
	return (uint16_t)names->count++;
}

const char *names_text(const struct names *names, uint16_t number)
{
	return number < names->count ? names->texts[number] : NULL;
}

void names_clear(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->texts[i]);
	names->count = 0;
}

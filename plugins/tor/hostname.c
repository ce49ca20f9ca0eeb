/* SPDX-License-Identifier: Apache-2.0 */
#include "hostname.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define LABEL_MIN 4
#define LABEL_MAX 25

/* Data: for each letter the letters that often follow it, bit 0 for a. These 350 pairs each make up
 * at least 0.02 % of the letter pairs of English words. */
static const uint32_t frequent_pairs[26] = {
	0x3febdfe,
	0x1164913,
	0x11e4d95,
	0x1567959,
	0x3fffdff,
	0x11e4931,
	0x11679d1,
	0x11e7911,
	0x2bffc7f,
	0x0104111,
	0x1046911,
	0x13cdd7f,
	0x114f113,
	0x13efdff,
	0x1fefdff,
	0x11ec991,
	0x0100000,
	0x17efdff,
	0x15dfdb7,
	0x35e79b7,
	0x00ef97f,
	0x0004111,
	0x0066991,
	0x0088114,
	0x00ef915,
	0x2004111,
};

static bool is_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
	return c >= '2' && c <= '7';
}

static bool is_odd_step(char from, char to)
{
	if (is_letter(from) && is_letter(to))
		return !(frequent_pairs[from - 'a'] >> (to - 'a') & 1);
	return is_letter(from) != is_letter(to);
}

/* The label's length when everything around it fits, else 0. */
static size_t label_length(const char *name)
{
	size_t length = 0;

	if (strncmp(name, "www.", 4) != 0)
		return 0;
	while (is_letter(name[4 + length]) || is_digit(name[4 + length]))
		length++;
	if (strcmp(name + 4 + length, ".com") != 0 && strcmp(name + 4 + length, ".net") != 0)
		return 0;
	return length >= LABEL_MIN && length <= LABEL_MAX ? length : 0;
}

bool hostname_is_drawn(const char *name)
{
	return label_length(name) > 0;
}

bool hostname_is_random(const char *name)
{
	size_t length = label_length(name), odd = 0;

	for (size_t i = 5; i < 4 + length; i++)
		odd += is_odd_step(name[i - 1], name[i]);
	/* a number at the end is usual in chosen names */
	if (length > 0 && is_digit(name[3 + length]) && odd > 0)
		odd--;
	return odd >= 3 && 5 * odd >= length;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/nearest.h"

#include <string.h>

#define EDITS_MAX 2

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
	unsigned smaller = a < b ? a : b;

	return smaller < c ? smaller : c;
}

/* Levenshtein's distance, one row of its table at a time. */
static unsigned count_edits(const char *a, const char *b)
{
	size_t b_length = strlen(b);
	unsigned row[NEAREST_WORD_MAX + 1];

	if (strlen(a) > NEAREST_WORD_MAX || b_length > NEAREST_WORD_MAX)
		return EDITS_MAX + 1;
	for (size_t j = 0; j <= b_length; j++)
		row[j] = (unsigned)j;
	for (size_t i = 0; a[i]; i++) {
		unsigned diagonal = row[0];

		row[0] = (unsigned)i + 1;
		for (size_t j = 0; j < b_length; j++) {
			unsigned above = row[j + 1];

			row[j + 1] = min3(above + 1, row[j] + 1, diagonal + (a[i] != b[j]));
			diagonal = above;
		}
	}
	return row[b_length];
}

const char *nearest_word(const char *typed, const char *const *words)
{
	const char *nearest = NULL;
	unsigned fewest = EDITS_MAX + 1;

	if (strlen(typed) <= EDITS_MAX)
		return NULL;
	for (; *words; words++) {
		unsigned edits = count_edits(typed, *words);

		if (edits < fewest) {
			fewest = edits;
			nearest = *words;
		}
	}
	return nearest;
}

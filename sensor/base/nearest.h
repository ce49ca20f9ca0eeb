/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H
/* "Did you mean ...?" */

#define NEAREST_WORD_MAX 31 /* bytes of words that are compared */

/* The word of `words` (ended by NULL) that is at most two edits (a byte more, less or other) away
 * from `typed` and nearest to it, the first of equals; NULL when there is none, or `typed` is that
 * short that two edits would turn it into anything. */
const char *nearest_word(const char *typed, const char *const *words);

#endif

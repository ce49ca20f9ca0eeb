/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H
/*
 * Text whose author is not trusted: names from traffic, files and servers.
 *
 * The rule: every byte that may not pass is written as \xNN, two lower case hexadecimal digits.
 * What passes is well-formed UTF-8 (Unicode 15, table 3-7: no overlong form, no surrogate, nothing
 * above U+10FFFF) except control characters (C0, DEL, C1), line and paragraph separators (U+2028,
 * U+2029) and the characters that turn or hide the direction of writing (U+061C, U+200E, U+200F,
 * U+202A to U+202E, U+2066 to U+2069). A backslash passes, so that cleaning twice changes nothing.
 *
 * Output is always NUL-terminated and never ends in the middle of a character or of a \xNN.
 */
#include <stdbool.h>
#include <stddef.h>

/* Writes `length` bytes at `bytes` into the `size` (> 0) bytes at `ret_text` by the rule above.
 * Returns the length written; what does not fit is cut off. */
size_t text_clean(const void *bytes, size_t length, char *ret_text, size_t size);

/* The same for a NUL-terminated string. */
size_t text_make_printable(const char *string, char *ret_text, size_t size);

/* As text_clean, for log lines and terminals of any character set: only printable ASCII passes. */
size_t text_clean_ascii(const void *bytes, size_t length, char *ret_text, size_t size);

/* Copies the string `from` into `size` (> 0) bytes as it is, cut before a UTF-8 character that does
 * not fit whole. Returns true when all of it did. */
bool text_copy(const char *from, char *ret_text, size_t size);

#endif

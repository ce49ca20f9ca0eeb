/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H
/* Text that may hold any byte, made fit for a terminal or for JSON. */
#include <stddef.h>
#include <stdint.h>

/* Length in bytes (1..4) of the UTF-8 character that starts at `text`, or 0 when the bytes there
 * are no well-formed one (RFC 3629: no overlong form, no surrogate, nothing above U+10FFFF).
 * `length` is the number of readable bytes. */
size_t text_measure_character(const char *text, size_t length);

/* Copies NUL-terminated `text` into `ret_text` (`size` bytes, at least 1): control characters (C0,
 * C1, DEL) and bytes that are no UTF-8 become \xNN. Cuts at a character; always NUL-terminated;
 * never more than size - 1 bytes. Returns the bytes written without the NUL. */
size_t text_make_printable(const char *text, char *ret_text, size_t size);

/* The same, but gives well-formed UTF-8 without control characters by replacing each bad byte with
 * U+FFFD: for JSON, where an escape would look like content. */
size_t text_make_utf8(const char *text, char *ret_text, size_t size);

#endif

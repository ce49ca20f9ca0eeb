/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <stdint.h>
#include <string.h>

/* First bytes of well-formed UTF-8 and what their second byte may be; any further byte is 80..bf.
 */
static const struct {
	uint8_t first_low, first_high, second_low, second_high, length;
} utf8_forms[] = {
	{0xc2, 0xdf, 0x80, 0xbf, 2},
	{0xe0, 0xe0, 0xa0, 0xbf, 3},
	{0xe1, 0xec, 0x80, 0xbf, 3},
	{0xed, 0xed, 0x80, 0x9f, 3},
	{0xee, 0xef, 0x80, 0xbf, 3},
	{0xf0, 0xf0, 0x90, 0xbf, 4},
	{0xf1, 0xf3, 0x80, 0xbf, 4},
	{0xf4, 0xf4, 0x80, 0x8f, 4},
};

/* Characters above ASCII that steer a terminal or deceive a reader. */
static const struct {
	uint32_t low, high;
} unsafe[] = {
	{0x80, 0x9f},
	{0x61c, 0x61c},
	{0x200e, 0x200f},
	{0x2028, 0x202e},
	{0x2066, 0x2069},
};

/* Length of the well-formed character at `at`, or 0. */
static size_t utf8_length(const uint8_t *at, size_t left)
{
	if (at[0] < 0x80)
		return 1;
	for (size_t i = 0; i < sizeof utf8_forms / sizeof *utf8_forms; i++) {
		if (at[0] < utf8_forms[i].first_low || at[0] > utf8_forms[i].first_high)
			continue;
		if (left < utf8_forms[i].length || at[1] < utf8_forms[i].second_low ||
			at[1] > utf8_forms[i].second_high)
			return 0;
		for (size_t k = 2; k < utf8_forms[i].length; k++)
			if ((at[k] & 0xc0) != 0x80)
				return 0;
		return utf8_forms[i].length;
	}
	return 0;
}

static bool is_unsafe(const uint8_t *at, size_t length)
{
	if (length == 1)
		return at[0] < 0x20 || at[0] == 0x7f;
	uint32_t code = at[0] & (0x7fu >> length);
	for (size_t k = 1; k < length; k++)
		code = code << 6 | (at[k] & 0x3f);
	for (size_t i = 0; i < sizeof unsafe / sizeof *unsafe; i++)
		if (code >= unsafe[i].low && code <= unsafe[i].high)
			return true;
	return false;
}

/* Length of the character at `at` if it may pass, else 0. */
static size_t passing_length(const uint8_t *at, size_t left, bool ascii)
{
	size_t length = utf8_length(at, left);
	if (length == 0 || (ascii && length > 1) || is_unsafe(at, length))
		return 0;
	return length;
}

static size_t clean(const uint8_t *bytes, size_t length, bool ascii, char *text, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	size_t used = 0;
	for (size_t i = 0; i < length;) {
		size_t passing = passing_length(bytes + i, length - i, ascii);
		if (used + (passing ? passing : 4) >= size)
			break;
		if (passing) {
			memcpy(text + used, bytes + i, passing);
			used += passing;
			i += passing;
			continue;
		}
		text[used++] = '\\';
		text[used++] = 'x';
		text[used++] = digits[bytes[i] >> 4];
		text[used++] = digits[bytes[i] & 15];
		i++;
	}
	text[used] = '\0';
	return used;
}

size_t text_clean(const void *bytes, size_t length, char *ret_text, size_t size)
{
	return clean(bytes, length, false, ret_text, size);
}

size_t text_make_printable(const char *string, char *ret_text, size_t size)
{
	return clean((const uint8_t *)string, strlen(string), false, ret_text, size);
}

size_t text_clean_ascii(const void *bytes, size_t length, char *ret_text, size_t size)
{
	return clean(bytes, length, true, ret_text, size);
}

bool text_copy(const char *from, char *ret_text, size_t size)
{
	size_t length = strnlen(from, size);
	if (length < size) {
		memcpy(ret_text, from, length + 1);
		return true;
	}
	length = size - 1;
	for (size_t back = 0; back < 4 && length > 0; back++, length--)
		if (((uint8_t)from[length] & 0xc0) != 0x80)
			break;
	memcpy(ret_text, from, length);
	ret_text[length] = '\0';
	return false;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <string.h>

/* Well-formed sequences by first byte: length, and the range of the second byte that excludes
 * overlong forms, surrogates and what lies beyond U+10FFFF (Unicode, table 3-7). */
struct sequence {
	uint8_t first_low, first_high, length, second_low, second_high;
};

static const struct sequence sequences[] = {
	{0x01, 0x7f, 1, 0, 0},
	{0xc2, 0xdf, 2, 0x80, 0xbf},
	{0xe0, 0xe0, 3, 0xa0, 0xbf},
	{0xe1, 0xec, 3, 0x80, 0xbf},
	{0xed, 0xed, 3, 0x80, 0x9f},
	{0xee, 0xef, 3, 0x80, 0xbf},
	{0xf0, 0xf0, 4, 0x90, 0xbf},
	{0xf1, 0xf3, 4, 0x80, 0xbf},
	{0xf4, 0xf4, 4, 0x80, 0x8f},
};

size_t text_measure_character(const char *text, size_t length)
{
	const uint8_t *bytes = (const uint8_t *)text;
	const struct sequence *sequence = NULL;

	if (length == 0)
		return 0;
	for (size_t i = 0; i < sizeof(sequences) / sizeof(sequences[0]) && !sequence; i++)
		if (bytes[0] >= sequences[i].first_low && bytes[0] <= sequences[i].first_high)
			sequence = &sequences[i];
	if (!sequence || sequence->length > length)
		return 0;
	for (size_t i = 1; i < sequence->length; i++) {
		uint8_t low = i == 1 ? sequence->second_low : 0x80;
		uint8_t high = i == 1 ? sequence->second_high : 0xbf;
		if (bytes[i] < low || bytes[i] > high)
			return 0;
	}
	return sequence->length;
}

static size_t escape_byte(uint8_t byte, char ret_escape[5])
{
	static const char digits[] = "0123456789abcdef";

	ret_escape[0] = '\\';
	ret_escape[1] = 'x';
	ret_escape[2] = digits[byte >> 4];
	ret_escape[3] = digits[byte & 15];
	return 4;
}

static size_t replace_byte(uint8_t byte, char ret_escape[5])
{
	(void)byte;
	memcpy(ret_escape, "\xef\xbf\xbd", 3); /* U+FFFD */
	return 3;
}

static int is_control(const uint8_t *bytes, size_t length)
{
	if (length == 1)
		return bytes[0] < 0x20 || bytes[0] == 0x7f;
	return length == 2 && bytes[0] == 0xc2 && bytes[1] < 0xa0;
}

static size_t copy_text(const char *text, char *ret_text, size_t size,
	size_t (*substitute)(uint8_t byte, char ret_escape[5]))
{
	size_t left = strlen(text), written = 0;

	while (left > 0) {
		char escape[5];
		const char *piece = text;
		size_t taken = text_measure_character(text, left), length = taken;

		if (taken == 0 || is_control((const uint8_t *)text, taken)) {
			taken = 1;
			length = substitute((uint8_t)*text, escape);
			piece = escape;
		}
		if (written + length >= size)
			break;
		memcpy(ret_text + written, piece, length);
		written += length;
		text += taken;
		left -= taken;
	}
	ret_text[written] = '\0';
	return written;
}

size_t text_make_printable(const char *text, char *ret_text, size_t size)
{
	return copy_text(text, ret_text, size, escape_byte);
}

size_t text_make_utf8(const char *text, char *ret_text, size_t size)
{
	return copy_text(text, ret_text, size, replace_byte);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/text.h"

static const struct {
	const char *what, *from, *utf8, *ascii;
} rules[] = {
	{"plain", "tor use 100%", "tor use 100%", "tor use 100%"},
	{"line feed forges a second log line", "a\nb", "a\\x0ab", "a\\x0ab"},
	{"escape sequence", "\033[2J", "\\x1b[2J", "\\x1b[2J"},
	{"DEL", "a\177", "a\\x7f", "a\\x7f"},
	{"two bytes", "\xc3\xa9", "\xc3\xa9", "\\xc3\\xa9"},
	{"three bytes", "\xe5\x8c\x97", "\xe5\x8c\x97", "\\xe5\\x8c\\x97"},
	{"four bytes", "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80", "\\xf0\\x9f\\x98\\x80"},
	{"lone continuation", "\x80z", "\\x80z", "\\x80z"},
	{"overlong slash", "\xc0\xaf", "\\xc0\\xaf", "\\xc0\\xaf"},
	{"overlong three", "\xe0\x80\xaf", "\\xe0\\x80\\xaf", "\\xe0\\x80\\xaf"},
	{"surrogate", "\xed\xa0\x80", "\\xed\\xa0\\x80", "\\xed\\xa0\\x80"},
	{"last before the surrogates", "\xed\x9f\xbf", "\xed\x9f\xbf", "\\xed\\x9f\\xbf"},
	{"above U+10FFFF", "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", "\\xf4\\x90\\x80\\x80"},
	{"C1 control sequence introducer", "\xc2\x9b", "\\xc2\\x9b", "\\xc2\\x9b"},
	{"no-break space is text", "\xc2\xa0", "\xc2\xa0", "\\xc2\\xa0"},
	{"line separator", "\xe2\x80\xa8", "\\xe2\\x80\\xa8", "\\xe2\\x80\\xa8"},
	{"right-to-left override", "\xe2\x80\xae", "\\xe2\\x80\\xae", "\\xe2\\x80\\xae"},
	{"isolate", "\xe2\x81\xa6", "\\xe2\\x81\\xa6", "\\xe2\\x81\\xa6"},
	{"cut-off character", "a\xe5\x8c", "a\\xe5\\x8c", "a\\xe5\\x8c"},
	{"cleaning twice changes nothing", "\\x0a", "\\x0a", "\\x0a"},
	{"empty", "", "", ""},
};

static void rule_is_kept_for_every_kind_of_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		char text[64];
		size_t length = text_clean(rules[i].from, strlen(rules[i].from), text, sizeof text);
		assert_string_equal(text, rules[i].utf8);
		assert_int_equal(length, strlen(rules[i].utf8));
		length = text_clean_ascii(rules[i].from, strlen(rules[i].from), text, sizeof text);
		assert_string_equal(text, rules[i].ascii);
		assert_int_equal(length, strlen(rules[i].ascii));
	}
}

static void nul_inside_a_name_does_not_hide_the_rest(void **state)
{
	(void)state;
	char text[16];
	assert_int_equal(text_clean("a\0b", 3, text, sizeof text), 6);
	assert_string_equal(text, "a\\x00b");
}

/* Every pair of bytes, at every size: terminated, inside the bounds, whole characters only. */
static void no_size_cuts_a_character_or_an_escape(void **state)
{
	(void)state;
	for (unsigned pair = 0; pair < 0x10000; pair++) {
		const uint8_t bytes[] = {(uint8_t)(pair >> 8), (uint8_t)pair};
		char whole[16], text[16], again[16];
		text_clean(bytes, 2, whole, sizeof whole);
		for (size_t size = 1; size <= 9; size++) {
			memset(text, 'X', sizeof text);
			size_t length = text_clean(bytes, 2, text, size);
			assert_true(length < size);
			assert_int_equal(text[length], '\0');
			assert_int_equal(text[size], 'X');
			assert_memory_equal(text, whole, length);
			text_clean(text, length, again, sizeof again);
			assert_string_equal(again, text);
		}
	}
}

static void copy_cuts_before_a_character(void **state)
{
	(void)state;
	char text[8];
	assert_true(text_copy("1234567", text, sizeof text));
	assert_string_equal(text, "1234567");
	assert_false(text_copy("12345678", text, sizeof text));
	assert_string_equal(text, "1234567");
	assert_false(text_copy("123456\xc3\xa9", text, sizeof text));
	assert_string_equal(text, "123456");
	assert_false(text_copy("1234\xf0\x9f\x98\x80", text, sizeof text));
	assert_string_equal(text, "1234");
	assert_true(text_copy("12345\xc3\xa9", text, sizeof text));
	assert_false(text_copy("\xc3\xa9", text, 1));
	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rule_is_kept_for_every_kind_of_byte),
		cmocka_unit_test(nul_inside_a_name_does_not_hide_the_rest),
		cmocka_unit_test(no_size_cuts_a_character_or_an_escape),
		cmocka_unit_test(copy_cuts_before_a_character),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

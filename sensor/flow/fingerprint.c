/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/fingerprint.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define EXTENSION_SERVER_NAME 0x0000
#define EXTENSION_ALPN 0x0010
#define NUMBER_CHARACTERS 6 /* of a list: 5 digits and the separator */
#define LISTS_MAX 5
#define TEXT_SIZE ((LISTS_MAX * FINGERPRINT_VALUES_MAX + 2) * NUMBER_CHARACTERS)
#define HASH_CHARACTERS 12

/* Numbers of a list, GREASE left out. */
struct values {
	uint16_t of[FINGERPRINT_VALUES_MAX];
	size_t count;
};

struct text {
	char characters[TEXT_SIZE];
	size_t length;
};

static bool values_add(struct values *values, uint16_t value)
{
	if (hello_is_grease(value))
		return true;
	if (values->count == FINGERPRINT_VALUES_MAX)
		return false;
	values->of[values->count++] = value;
	return true;
}

/* False when there are too many. */
static bool read_list(struct hello_span list, struct values *ret_values)
{
	uint16_t value;
	ret_values->count = 0;
	while (hello_next(&list, &value))
		if (!values_add(ret_values, value))
			return false;
	return true;
}

static bool read_types(struct hello_span list, struct values *ret_types)
{
	struct hello_span body;
	uint16_t type;
	ret_types->count = 0;
	while (hello_next_extension(&list, &type, &body))
		if (!values_add(ret_types, type))
			return false;
	return true;
}

/* Lists are short: insertion beats anything that allocates. */
static void sort(struct values *values)
{
	for (size_t i = 1; i < values->count; i++) {
		uint16_t value = values->of[i];
		size_t at = i;
		for (; at > 0 && values->of[at - 1] > value; at--)
			values->of[at] = values->of[at - 1];
		values->of[at] = value;
	}
}

/* Every list of FINGERPRINT_VALUES_MAX numbers has its place in TEXT_SIZE. */
static void append_list(struct text *text, const struct values *values, bool is_hex, char separator)
{
	for (size_t i = 0; i < values->count; i++) {
		if (i > 0)
			text->characters[text->length++] = separator;
		char *end = text->characters + text->length;
		unsigned value = values->of[i];
		text->length += (size_t)(is_hex ? snprintf(end, NUMBER_CHARACTERS, "%04x", value)
						: snprintf(end, NUMBER_CHARACTERS, "%u", value));
	}
}

static void write_hex(const uint8_t *bytes, size_t characters, char *ret_text)
{
	for (size_t i = 0; i < characters; i++) {
		unsigned nibble = i % 2 == 0 ? bytes[i / 2] >> 4 : bytes[i / 2] & 15u;
		ret_text[i] = "0123456789abcdef"[nibble];
	}
	ret_text[characters] = '\0';
}

void fingerprint_ja3(
	struct crypt *crypt, const struct hello *hello, char ret_ja3[FINGERPRINT_JA3_SIZE])
{
	struct values suites, types, groups, formats = {.count = 0};
	uint8_t digest[CRYPT_MD5_BYTES];
	struct text text;
	ret_ja3[0] = '\0';
	if (!hello->is_whole || !read_list(hello->suites, &suites) ||
		!read_types(hello->extensions, &types) || !read_list(hello->groups, &groups))
		return;
	for (uint32_t i = 0; i < hello->formats.count; i++)
		formats.of[formats.count++] = hello->formats.bytes[i];
	text.length = (size_t)sprintf(text.characters, "%u", hello->legacy_version);
	for (const struct values *const *list =
			(const struct values *const[]){&suites, &types, &groups, &formats, NULL};
		*list; list++) {
		text.characters[text.length++] = ',';
		append_list(&text, *list, false, '-');
	}
	if (crypt_md5(crypt, text.characters, text.length, digest))
		write_hex(digest, FINGERPRINT_JA3_SIZE - 1, ret_ja3);
}

static const char *version_code(uint16_t version)
{
	static const struct {
		uint16_t version;
		const char *code;
	} codes[] = {
		{0x0304, "13"},
		{0x0303, "12"},
		{0x0302, "11"},
		{0x0301, "10"},
		{0x0300, "s3"},
		{0x0002, "s2"},
		{0xfeff, "d1"},
		{0xfefd, "d2"},
		{0xfefc, "d3"},
	};
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (codes[i].version == version)
			return codes[i].code;
	return "00";
}

/* First and last character of the first name; of its hexadecimal form when either is neither letter
 * nor digit. */
static void write_alpn(struct hello_span list, char ret_code[3])
{
	struct hello_span name;
	strcpy(ret_code, "00");
	if (!hello_next_name(&list, &name) || name.count == 0)
		return;
	uint8_t first = name.bytes[0], last = name.bytes[name.count - 1];
	bool is_plain = first < 128 && isalnum(first) && last < 128 && isalnum(last);
	ret_code[0] = is_plain ? (char)first : "0123456789abcdef"[first >> 4];
	ret_code[1] = is_plain ? (char)last : "0123456789abcdef"[last & 15];
}

static void write_hash(struct crypt *crypt, const struct text *text, char *ret_hash)
{
	uint8_t digest[CRYPT_SHA256_BYTES];
	if (text->length == 0) {
		memset(ret_hash, '0', HASH_CHARACTERS);
		ret_hash[HASH_CHARACTERS] = '\0';
		return;
	}
	crypt_sha256(crypt, text->characters, text->length, digest);
	write_hex(digest, HASH_CHARACTERS, ret_hash);
}

/* Name and ALPN say where to, not who: they are counted, but not hashed. */
static void leave_out_destination(struct values *types)
{
	size_t kept = 0;
	for (size_t i = 0; i < types->count; i++)
		if (types->of[i] != EXTENSION_SERVER_NAME && types->of[i] != EXTENSION_ALPN)
			types->of[kept++] = types->of[i];
	types->count = kept;
}

static unsigned two_digits(size_t count)
{
	return count < 99 ? (unsigned)count : 99;
}

void fingerprint_ja4(struct crypt *crypt, const struct hello *hello, char carrier,
	char ret_ja4[FINGERPRINT_JA4_SIZE])
{
	struct values suites, types, signatures;
	struct text text = {.length = 0};
	char alpn[3];
	ret_ja4[0] = '\0';
	if (!hello->is_whole || !read_list(hello->suites, &suites) ||
		!read_types(hello->extensions, &types) ||
		!read_list(hello->signatures, &signatures))
		return;
	write_alpn(hello->alpn, alpn);
	int length = snprintf(ret_ja4, FINGERPRINT_JA4_SIZE, "%c%s%c%02u%02u%s_", carrier,
		version_code(hello->version), hello->has_name ? 'd' : 'i', two_digits(suites.count),
		two_digits(types.count), alpn);
	sort(&suites);
	append_list(&text, &suites, true, ',');
	write_hash(crypt, &text, ret_ja4 + length);
	ret_ja4[length + HASH_CHARACTERS] = '_';
	leave_out_destination(&types);
	sort(&types);
	text.length = 0;
	append_list(&text, &types, true, ',');
	if (text.length > 0 && signatures.count > 0) {
		text.characters[text.length++] = '_';
		append_list(&text, &signatures, true, ',');
	}
	write_hash(crypt, &text, ret_ja4 + length + HASH_CHARACTERS + 1);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Stores of keys and values: Redis and its kin, memcached. */
#include "recipe.h"

#define LINE_BYTES_MAX 1024u

/* Bytes of the first line without its CRLF; 0 if there is none. */
static uint32_t line_bytes(const uint8_t *text, uint32_t count)
{
	const uint8_t *end;

	if (count > LINE_BYTES_MAX)
		count = LINE_BYTES_MAX;
	end = memmem(text, count, "\r\n", 2);
	return end != NULL ? (uint32_t)(end - text) : 0;
}

static bool is_printable(const uint8_t *text, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (text[i] < ' ' || text[i] == 127)
			return false;
	}
	return true;
}

/* A whole number of up to 20 digits, which may be below zero. */
static bool is_number(const uint8_t *text, uint32_t count)
{
	uint32_t at = count > 1 && text[0] == '-';

	if (count - at == 0 || count - at > 20)
		return false;
	for (; at < count; at++) {
		if (text[at] < '0' || text[at] > '9')
			return false;
	}
	return true;
}

/* Redis serialization protocol: an array of bulk strings, "*2\r\n$3\r\nGET\r\n...", of which the
 * first is a command: letters, with a dot in those of modules. */
static bool is_redis_array(const uint8_t *text, uint32_t count)
{
	uint32_t line = line_bytes(text, count), bytes;

	if (line < 2 || text[0] != '*' || text[1] == '-' || !is_number(text + 1, line - 1))
		return false;
	text += line + 2;
	count -= line + 2;
	line = line_bytes(text, count);
	if (line < 2 || line > 3 || text[0] != '$' || text[1] == '-' ||
		!is_number(text + 1, line - 1))
		return false;
	bytes = (uint32_t)(line == 2 ? text[1] - '0' : (text[1] - '0') * 10 + text[2] - '0');
	text += line + 2;
	count -= line + 2;
	if (bytes < 2 || line_bytes(text, count) != bytes)
		return false;
	for (uint32_t i = 0; i < bytes; i++) {
		uint8_t lower = text[i] | 0x20;

		if ((lower < 'a' || lower > 'z') && text[i] != '.' && text[i] != '_')
			return false;
	}
	return true;
}

/* A command in plain words is a line like those of POP3 and IRC: only what these answer otherwise
 * counts. The token tells which, 0 for an array. */
bool vps_redis_opens(uint32_t *token, const struct surgetap_payload *payload)
{
	static const char *const ping[] = {"PING\r\n", "ping\r\n", NULL};
	static const char *const info[] = {"INFO\r\n", "info\r\n", NULL};

	if (vps_begins_with_any(payload, ping))
		*token = 'P';
	else if (vps_begins_with_any(payload, info))
		*token = 'I';
	return *token != 0 || is_redis_array(payload->data, payload->captured_bytes);
}

static bool is_redis_reply(const uint8_t *text, uint32_t count)
{
	uint32_t line = line_bytes(text, count);

	if (line == 0)
		return false;
	switch (text[0]) {
	case '+': /* simple string */
	case '-': /* error */
	case ',': /* double */
		return line > 1 && is_printable(text + 1, line - 1);
	case ':': /* integer; then bulk string, array, map, set, push, big number, bulk error,
		     verbatim string */
	case '$':
	case '*':
	case '%':
	case '~':
	case '>':
	case '(':
	case '!':
	case '=':
		return is_number(text + 1, line - 1);
	case '_': /* null */
		return line == 1;
	case '#':
		return line == 2 && (text[1] == 't' || text[1] == 'f');
	default:
		return false;
	}
}

bool vps_redis_answers(uint32_t token, const struct surgetap_payload *payload)
{
	static const char *const refusals[] = {"-NOAUTH ", "-DENIED ", "-LOADING ", NULL};

	if (token == 0)
		return is_redis_reply(payload->data, payload->captured_bytes);
	if (vps_begins_with_any(payload, refusals))
		return true;
	return token == 'P' ? surgetap_begins_with(payload, "+PONG\r\n", 7)
			    : payload->captured_bytes > 2 && payload->data[0] == '$' &&
				      is_redis_reply(payload->data, payload->captured_bytes);
}

/* memcached's protocol.txt: a line begins with a command in lower case. */
bool vps_memcached_opens(uint32_t *token, const struct surgetap_payload *payload)
{
	static const char *const commands[] = {"get ", "gets ", "gat ", "gats ", "set ", "add ",
		"replace ", "append ", "prepend ", "cas ", "delete ", "touch ", "stats\r\n",
		"stats ", "version\r\n", "mg ", "ms ", "md ", "mn\r\n", NULL};
	uint32_t line;

	(void)token;
	if (!vps_begins_with_any(payload, commands))
		return false;
	line = line_bytes(payload->data, payload->captured_bytes);
	return line > 0 && is_printable(payload->data, line);
}

/* What no other protocol answers so; "OK" and "ERROR" are left out. */
bool vps_memcached_answers(uint32_t token, const struct surgetap_payload *payload)
{
	static const char *const answers[] = {"VALUE ", "END\r\n", "STORED\r\n", "NOT_STORED\r\n",
		"EXISTS\r\n", "NOT_FOUND\r\n", "DELETED\r\n", "TOUCHED\r\n", "STAT ", "VERSION ",
		"HD\r\n", "HD ", "VA ", "EN\r\n", "MN\r\n", "CLIENT_ERROR ", "SERVER_ERROR ", NULL};
	uint32_t line = line_bytes(payload->data, payload->captured_bytes);

	(void)token;
	return line > 0 && is_printable(payload->data, line) &&
	       vps_begins_with_any(payload, answers);
}

/* memcached's protocol_binary: magic, operation, bytes of the key (2), of extras, type of data 0,
 * bucket or status (2), bytes of the body (4), a number that the answer repeats (4), version (8).
 * The token is that number. */
#define BINARY_HEAD 24u
#define BINARY_BODY_MAX (1u << 30)

static bool is_binary(const struct surgetap_payload *payload, uint8_t magic)
{
	const uint8_t *bytes = payload->data;
	uint32_t body;

	if (payload->captured_bytes < BINARY_HEAD || bytes[0] != magic || bytes[1] > 0x4f ||
		bytes[5] != 0)
		return false;
	body = surgetap_be32(bytes + 8);
	return body <= BINARY_BODY_MAX && body >= (uint32_t)surgetap_be16(bytes + 2) + bytes[4];
}

bool vps_memcached_binary_opens(uint32_t *token, const struct surgetap_payload *payload)
{
	if (!is_binary(payload, 0x80))
		return false;
	*token = surgetap_be32(payload->data + 12);
	return true;
}

bool vps_memcached_binary_answers(uint32_t token, const struct surgetap_payload *payload)
{
	return is_binary(payload, 0x81) && surgetap_be32(payload->data + 12) == token;
}

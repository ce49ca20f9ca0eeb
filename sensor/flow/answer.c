/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/answer.h"

#include <string.h>
#include <strings.h>

#define TYPE_BYTES_MAX 12 /* nDPI compares what stands beyond with names of programs */
#define STATUS_AT 9u
#define STATUS_MIN 100
#define STATUS_MAX 509 /* nDPI waits for another answer behind other ones */

/* A line without its end. */
struct line {
	const char *text;
	uint32_t bytes;
};

/* Takes the next line that has an end. */
static bool take_line(struct line *rest, struct line *ret_line)
{
	const char *end = memchr(rest->text, '\n', rest->bytes);
	if (!end || end == rest->text || end[-1] != '\r')
		return false;
	*ret_line = (struct line){rest->text, (uint32_t)(end - 1 - rest->text)};
	rest->bytes -= (uint32_t)(end + 1 - rest->text);
	rest->text = end + 1;
	return true;
}

/* Moves `line` behind the header's name, colon and spaces, if that is its name. */
static bool enter_header(struct line *line, const char *name)
{
	uint32_t bytes = (uint32_t)strlen(name);
	if (line->bytes < bytes || strncasecmp(line->text, name, bytes) != 0)
		return false;
	for (; bytes < line->bytes && line->text[bytes] == ' '; bytes++)
		;
	line->text += bytes;
	line->bytes -= bytes;
	return true;
}

static bool is_plain_type(const struct line *type)
{
	const char *parameters = memchr(type->text, ';', type->bytes);
	uint32_t bytes = parameters ? (uint32_t)(parameters - type->text) : type->bytes;
	return bytes <= TYPE_BYTES_MAX && (bytes == 0 || !strchr("aAvV", type->text[0]));
}

static bool is_plain_header(struct line line)
{
	switch (line.text[0] | 0x20) {
	case 'a':
		return !enter_header(&line, "Accept:");
	case 'c':
		if (enter_header(&line, "Content-Type:"))
			return is_plain_type(&line);
		return !enter_header(&line, "Content-Disposition:");
	case 'h':
		return !enter_header(&line, "Host:");
	case 's':
		return !enter_header(&line, "Server:") || !enter_header(&line, "ntopng");
	default:
		return true;
	}
}

static bool is_status(const struct line *line)
{
	int status = 0;
	if (line->bytes < STATUS_AT + 3 || memcmp(line->text, "HTTP/1.", 7) != 0)
		return false;
	for (const char *digit = line->text + STATUS_AT; digit < line->text + STATUS_AT + 3;
		digit++) {
		if (*digit < '0' || *digit > '9')
			return false;
		status = 10 * status + *digit - '0';
	}
	return status >= STATUS_MIN && status <= STATUS_MAX;
}

bool answer_is_plain(const uint8_t *message, uint32_t bytes)
{
	struct line rest = {(const char *)message, bytes}, line;
	if (!take_line(&rest, &line) || !is_status(&line))
		return false;
	while (take_line(&rest, &line)) {
		if (line.bytes == 0)
			return true;
		if (!is_plain_header(line))
			return false;
	}
	return false;
}

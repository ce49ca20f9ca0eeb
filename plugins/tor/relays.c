/* SPDX-License-Identifier: Apache-2.0 */
#include "relays.h"
#include "relay_table.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define VALID_AFTER "valid-after "
#define DATE_BYTES 19 /* YYYY-MM-DD HH:MM:SS */
#define FIELDS_MAX 9

struct relays {
	struct relay_table table;
	uint32_t faults, beyond;
	bool is_consensus, has_footer, is_cut;
	char valid_after[DATE_BYTES + 1];
};

/* A piece of the text. */
struct span {
	const char *start;
	size_t length;
};

struct parser {
	struct relays *relays;
	const struct relays_listener *listener;
	unsigned line;
};

static void tell(struct parser *parser, const char *message)
{
	if (parser->relays->faults++ < RELAYS_FAULTS_TOLD && parser->listener != NULL)
		parser->listener->fault(parser->listener->argument, parser->line, message);
}

static void add(struct parser *parser, const struct surgetap_address *address, uint16_t port)
{
	if (!relay_table_add(&parser->relays->table, address, port))
		parser->relays->beyond++;
}

static bool parse_address(struct span text, struct surgetap_address *ret_address)
{
	char copy[INET6_ADDRSTRLEN];
	struct surgetap_address address = {.bytes = {[10] = 0xff, [11] = 0xff}};

	if (text.length == 0 || text.length >= sizeof copy)
		return false;
	memcpy(copy, text.start, text.length);
	copy[text.length] = '\0';
	if (strlen(copy) != text.length)
		return false;
	if (inet_pton(AF_INET, copy, address.bytes + 12) != 1 &&
		inet_pton(AF_INET6, copy, address.bytes) != 1)
		return false;
	*ret_address = address;
	return true;
}

static bool parse_port(struct span text, uint16_t *ret_port)
{
	uint32_t port = 0;

	if (text.length == 0 || text.length > 5)
		return false;
	for (size_t i = 0; i < text.length; i++) {
		if (!isdigit((unsigned char)text.start[i]))
			return false;
		port = 10 * port + (uint32_t)(text.start[i] - '0');
	}
	if (port == 0 || port > UINT16_MAX)
		return false;
	*ret_port = (uint16_t)port;
	return true;
}

/* Splits `address`, `address:port`, `[address]`, `[address]:port`. A bare IPv6 address has no port.
 */
static bool parse_endpoint(
	struct span text, struct surgetap_address *ret_address, uint16_t *ret_port)
{
	const char *end = text.start + text.length;
	const char *colon = memrchr(text.start, ':', text.length);
	struct span host = text;

	*ret_port = 0;
	if (text.length > 0 && text.start[0] == '[') {
		const char *bracket = memchr(text.start, ']', text.length);

		if (bracket == NULL || (bracket + 1 != end && bracket + 1 != colon))
			return false;
		if (bracket + 1 == end)
			colon = NULL;
		host = (struct span){text.start + 1, (size_t)(bracket - text.start) - 1};
	} else if (colon != NULL && memchr(text.start, ':', (size_t)(colon - text.start)) != NULL) {
		colon = NULL;
	} else if (colon != NULL) {
		host.length = (size_t)(colon - text.start);
	}
	if (colon != NULL &&
		!parse_port((struct span){colon + 1, (size_t)(end - colon) - 1}, ret_port))
		return false;
	return parse_address(host, ret_address);
}

static size_t split(struct span line, struct span fields[FIELDS_MAX])
{
	size_t count = 0, at = 0;

	while (count < FIELDS_MAX) {
		size_t start;

		while (at < line.length && line.start[at] == ' ')
			at++;
		start = at;
		while (at < line.length && line.start[at] != ' ')
			at++;
		if (at == start)
			break;
		fields[count++] = (struct span){line.start + start, at - start};
	}
	return count;
}

/* `r nickname identity [digest] date time address orport dirport`; the microdesc flavour has no
 * digest. */
static void parse_router(struct parser *parser, struct span line)
{
	struct span fields[FIELDS_MAX];
	size_t count = split(line, fields);
	struct surgetap_address address;
	uint16_t port;

	if (count != 8 && count != 9)
		tell(parser, "an r line needs 7 or 8 values");
	else if (!parse_address(fields[count - 3], &address))
		tell(parser, "the r line holds no address where one should stand");
	else if (!parse_port(fields[count - 2], &port))
		tell(parser, "the r line holds no ORPort where one should stand");
	else
		add(parser, &address, port);
}

static bool begins_with(struct span line, const char *prefix)
{
	size_t length = strlen(prefix);

	return line.length >= length && memcmp(line.start, prefix, length) == 0;
}

static void parse_endpoint_line(struct parser *parser, struct span text, bool needs_port)
{
	struct surgetap_address address;
	uint16_t port;

	if (!parse_endpoint(text, &address, &port) || (needs_port && port == 0))
		tell(parser,
			needs_port ? "expected address:port" : "expected address or address:port");
	else
		add(parser, &address, port);
}

static bool is_date(struct span text)
{
	static const char shape[] = "dddd-dd-dd dd:dd:dd";

	if (text.length != DATE_BYTES)
		return false;
	for (size_t i = 0; i < DATE_BYTES; i++) {
		if (shape[i] == 'd' ? !isdigit((unsigned char)text.start[i])
				    : text.start[i] != shape[i])
			return false;
	}
	return true;
}

static void parse_consensus_line(struct parser *parser, struct span line)
{
	struct span rest = {line.start + 2, line.length - 2};

	if (begins_with(line, "r ")) {
		parse_router(parser, line);
	} else if (begins_with(line, "a ")) {
		parse_endpoint_line(parser, rest, true);
	} else if (begins_with(line, VALID_AFTER)) {
		rest = (struct span){
			line.start + strlen(VALID_AFTER), line.length - strlen(VALID_AFTER)};
		if (is_date(rest))
			memcpy(parser->relays->valid_after, rest.start, DATE_BYTES);
		else
			tell(parser, "valid-after holds no date");
	} else if (begins_with(line, "directory-footer")) {
		parser->relays->has_footer = true;
	}
}

static struct span trim(struct span line)
{
	while (line.length > 0 && isspace((unsigned char)line.start[line.length - 1]))
		line.length--;
	while (line.length > 0 && isspace((unsigned char)line.start[0])) {
		line.start++;
		line.length--;
	}
	return line;
}

static void parse_line(struct parser *parser, struct span line, bool is_first)
{
	if (is_first)
		parser->relays->is_consensus = begins_with(line, "network-status-version ") ||
					       begins_with(line, "@type ") ||
					       begins_with(line, "r ");
	if (parser->relays->is_consensus)
		parse_consensus_line(parser, line);
	else
		parse_endpoint_line(parser, line, false);
}

static void parse_text(struct parser *parser, const char *text, size_t bytes)
{
	const char *end = text + bytes;
	bool is_first = true;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *line_end = newline != NULL ? newline : end;
		struct span line = trim((struct span){text, (size_t)(line_end - text)});

		parser->line++;
		if (line.length > 0 && line.start[0] != '#') {
			parse_line(parser, line, is_first);
			is_first = false;
		}
		text = newline != NULL ? newline + 1 : end;
	}
}

/* Each line adds one relay at most. */
static uint32_t count_lines(const char *text, size_t bytes)
{
	uint32_t lines = 1;

	for (size_t i = 0; i < bytes && lines < RELAYS_MAX; i++)
		lines += text[i] == '\n';
	return lines;
}

int relays_parse(const char *text, size_t bytes, const struct relays_listener *listener,
	struct relays **ret_relays)
{
	struct relays *relays = calloc(1, sizeof *relays);
	struct parser parser = {relays, listener, 0};

	if (relays == NULL)
		return -ENOMEM;
	if (relay_table_init(&relays->table, count_lines(text, bytes)) != 0) {
		free(relays);
		return -ENOMEM;
	}
	parse_text(&parser, text, bytes);
	relays->is_cut = bytes > 0 && text[bytes - 1] != '\n';
	*ret_relays = relays;
	return 0;
}

void relays_free(struct relays *relays)
{
	if (relays == NULL)
		return;
	relay_table_done(&relays->table);
	free(relays);
}

enum relays_match relays_find(const struct relays *relays, const struct surgetap_endpoint *endpoint)
{
	const struct relay_table *table = &relays->table;

	if (endpoint->port != 0 && relay_table_has(table, &endpoint->address, endpoint->port))
		return RELAYS_ADDRESS_AND_PORT;
	return relay_table_has(table, &endpoint->address, 0) ? RELAYS_ADDRESS : RELAYS_NO_MATCH;
}

uint32_t relays_count(const struct relays *relays)
{
	return relays->table.count;
}

uint32_t relays_faults(const struct relays *relays)
{
	return relays->faults;
}

uint32_t relays_beyond(const struct relays *relays)
{
	return relays->beyond;
}

enum relays_end relays_end(const struct relays *relays)
{
	if (!relays->is_consensus)
		return RELAYS_WHOLE;
	return relays->is_cut       ? RELAYS_CUT
	       : relays->has_footer ? RELAYS_WHOLE
				    : RELAYS_WITHOUT_FOOTER;
}

const char *relays_valid_after(const struct relays *relays)
{
	return relays->valid_after;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/url.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* A part of the URL: its bytes are still percent-encoded. */
struct span {
	const char *at;
	size_t length;
};

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes `span` into `size` bytes. Returns NULL, or what is wrong. */
static const char *decode(struct span span, char *text, size_t size)
{
	size_t used = 0;
	for (size_t i = 0; i < span.length; i++) {
		int byte = (unsigned char)span.at[i];
		if (byte == '%') {
			int high = i + 2 < span.length ? hex_digit(span.at[i + 1]) : -1;
			int low = high >= 0 ? hex_digit(span.at[i + 2]) : -1;
			if (low < 0)
				return "% must be followed by two hexadecimal digits";
			byte = high << 4 | low;
			i += 2;
		}
		if (byte == 0)
			return "%00 is not allowed";
		if (used + 1 >= size)
			return "a part of it is too long";
		text[used++] = (char)byte;
	}
	text[used] = '\0';
	return NULL;
}

/* Reads a whole number in low..high that fills `span`. */
static bool parse_number(struct span span, int low, int high, int *ret_number)
{
	int number = 0;
	if (span.length == 0 || span.length > 5)
		return false;
	for (size_t i = 0; i < span.length; i++) {
		if (!isdigit((unsigned char)span.at[i]))
			return false;
		number = number * 10 + (span.at[i] - '0');
	}
	if (number < low || number > high)
		return false;
	*ret_number = number;
	return true;
}

/* Takes "[user]:password@" off the front of `rest`. The last @ before the path ends it, since many
 * a password holds one. */
static const char *take_credentials(struct span *rest, struct url *url)
{
	size_t end = rest->length;
	for (size_t i = 0; i < rest->length && rest->at[i] != '/'; i++)
		if (rest->at[i] == '@')
			end = i;
	if (end == rest->length)
		return NULL;
	struct span user = {rest->at, end};
	rest->at += end + 1;
	rest->length -= end + 1;
	const char *colon = memchr(user.at, ':', user.length);
	if (!colon)
		return "before the @ goes user:password or :password";
	struct span password = {colon + 1, end - (size_t)(colon + 1 - user.at)};
	user.length = (size_t)(colon - user.at);
	const char *wrong = decode(user, url->user, sizeof url->user);
	if (!wrong)
		wrong = decode(password, url->password, sizeof url->password);
	if (!wrong && url->user[0] && !url->password[0])
		wrong = "a user needs a password";
	return wrong;
}

static const char *take_database(struct span query, struct url *url)
{
	if (query.length < 4 || memcmp(query.at, "?db=", 4) != 0)
		return "after the server only the database number may follow";
	query.at += 4;
	query.length -= 4;
	if (!parse_number(query, 0, URL_DATABASE_MAX, &url->database))
		return "the database must be a number, 0..65535";
	return NULL;
}

static const char *parse_unix(struct span rest, struct url *url)
{
	url->is_unix = true;
	const char *wrong = take_credentials(&rest, url);
	if (wrong)
		return wrong;
	struct span path = rest;
	const char *question = memchr(rest.at, '?', rest.length);
	if (question)
		path.length = (size_t)(question - rest.at);
	if (path.length == 0 || path.at[0] != '/')
		return "the path of a socket must begin with /, as in unix:///run/redis.sock";
	wrong = decode(path, url->path, sizeof url->path);
	if (wrong || !question)
		return wrong;
	return take_database(
		(struct span){question, rest.length - (size_t)(question - rest.at)}, url);
}

/* Splits "host:port" or "[IPv6]:port". */
static const char *parse_server(struct span server, struct url *url)
{
	struct span host = server;
	const char *colon = memchr(server.at, ':', server.length);
	if (server.length > 0 && server.at[0] == '[') {
		const char *close = memchr(server.at, ']', server.length);
		if (!close)
			return "the ] of an IPv6 address is missing";
		host = (struct span){server.at + 1, (size_t)(close - server.at) - 1};
		colon = close + 1 < server.at + server.length ? close + 1 : NULL;
	} else if (colon) {
		host.length = (size_t)(colon - server.at);
	}
	if (host.length == 0)
		return "the host is missing";
	if (!colon)
		return decode(host, url->server.host, sizeof url->server.host);
	struct span port = {colon + 1, server.length - (size_t)(colon + 1 - server.at)};
	if (*colon != ':' || !parse_number(port, 1, 65535, &url->server.port))
		return "the port must be a number, 1..65535";
	return decode(host, url->server.host, sizeof url->server.host);
}

static const char *parse_redis(struct span rest, struct url *url)
{
	url->server.port = 6379;
	const char *wrong = take_credentials(&rest, url);
	if (wrong)
		return wrong;
	size_t server = 0;
	while (server < rest.length && rest.at[server] != '/' && rest.at[server] != '?')
		server++;
	wrong = parse_server((struct span){rest.at, server}, url);
	struct span tail = {rest.at + server, rest.length - server};
	if (wrong || tail.length == 0 || (tail.length == 1 && tail.at[0] == '/'))
		return wrong;
	if (tail.at[0] == '?')
		return take_database(tail, url);
	if (!parse_number((struct span){tail.at + 1, tail.length - 1}, 0, URL_DATABASE_MAX,
		    &url->database))
		return "the database must be a number, 0..65535";
	return NULL;
}

/* Cuts what stands before the first `mark` off the front of `rest`, and the mark; all, when there
 * is none. */
static struct span cut(struct span *rest, char mark)
{
	const char *end = memchr(rest->at, mark, rest->length);
	struct span front = {rest->at, end ? (size_t)(end - rest->at) : rest->length};
	size_t used = front.length + (end != NULL);
	rest->at += used;
	rest->length -= used;
	return front;
}

static const char *take_sentinels(struct span servers, struct url *url)
{
	const char *wrong = NULL;
	/* From the last to the first, which is the one to be shown. */
	struct span list[URL_SENTINELS_MAX];
	do {
		if (url->sentinel_count == URL_SENTINELS_MAX)
			return "more than 5 Sentinels";
		list[url->sentinel_count++] = cut(&servers, ',');
	} while (servers.length > 0);
	for (size_t i = url->sentinel_count; i-- > 0 && !wrong;) {
		url->server.port = 26379;
		wrong = parse_server(list[i], url);
		url->sentinels[i] = url->server;
	}
	return wrong;
}

static const char *parse_sentinel(struct span rest, struct url *url)
{
	const char *wrong = take_credentials(&rest, url);
	if (wrong)
		return wrong;
	struct span servers = cut(&rest, '/'), master = cut(&rest, '/');
	wrong = take_sentinels(servers, url);
	if (!wrong && master.length == 0)
		wrong = "the name of the master is missing, as in sentinel://host:26379/mymaster";
	if (!wrong)
		wrong = decode(master, url->master, sizeof url->master);
	if (!wrong && rest.length > 0 && !parse_number(rest, 0, URL_DATABASE_MAX, &url->database))
		wrong = "the database must be a number, 0..65535";
	return wrong;
}

static const char *no_tls(struct span rest, struct url *url)
{
	(void)rest;
	(void)url;
	return "TLS is not built in: use a unix socket or a TLS proxy, see docs/redis.md";
}

static const struct {
	const char *scheme;
	const char *(*parse)(struct span rest, struct url *url);
} schemes[] = {
	{"redis://", parse_redis},
	{"unix://", parse_unix},
	{"sentinel://", parse_sentinel},
	{"rediss://", no_tls},
};

int url_parse(const char *text, struct url *ret_url, char ret_reason[URL_REASON_SIZE])
{
	const char *wrong = "it must begin with redis://, unix:// or sentinel://";
	struct url url = {0};
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
		size_t length = strlen(schemes[i].scheme);
		if (strncmp(text, schemes[i].scheme, length) == 0)
			wrong = schemes[i].parse(
				(struct span){text + length, strlen(text + length)}, &url);
	}
	if (!wrong)
		*ret_url = url;
	else
		snprintf(ret_reason, URL_REASON_SIZE, "%s", wrong);
	explicit_bzero(&url, sizeof url);
	return wrong ? -EINVAL : 0;
}

void url_fill_password(struct url *url, const char *password)
{
	if (!*url->password && password)
		text_copy(password, url->password, sizeof url->password);
}

void url_hide_password(char *text)
{
	char *user = strstr(text, "//");
	char *end = strrchr(text, '@');
	char *colon = strchr(user ? user : text, ':');
	if (colon && end && colon < end)
		memset(colon + 1, '*', (size_t)(end - colon - 1));
}

const char *url_show(const struct url *url, char ret_shown[URL_SHOWN_SIZE])
{
	char host[URL_PART_SIZE];
	if (url->is_unix) {
		text_make_printable(url->path, ret_shown, URL_SHOWN_SIZE);
		return ret_shown;
	}
	text_make_printable(url->server.host, host, sizeof host);
	bool bare_ipv6 = strchr(host, ':') != NULL;
	snprintf(ret_shown, URL_SHOWN_SIZE, "%s%s%s:%d", bare_ipv6 ? "[" : "", host,
		bare_ipv6 ? "]" : "", url->server.port);
	return ret_shown;
}

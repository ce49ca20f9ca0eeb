/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PUBLISH_URL_H
#define PUBLISH_URL_H
/*
 * Where a Redis server is, from
 *   redis://[[user]:password@]host[:port][/db]   host may be a name, an IPv4 address or [IPv6]
 *   unix://[[user]:password@]/path[?db=N]
 *   sentinel://[[user]:password@]host[:port][,host[:port]...]/master[/db]
 * User, password, path and master are percent-decoded (RFC 3986). Port 6379, of a Sentinel 26379,
 * and database 0 unless given.
 */
#include <stdbool.h>
#include <stddef.h>

#define URL_PART_SIZE 256
#define URL_PATH_SIZE 108 /* sun_path of <sys/un.h> */
#define URL_DATABASE_MAX 65535
#define URL_SHOWN_SIZE 300
#define URL_REASON_SIZE 128
#define URL_SENTINELS_MAX 5

struct url_server {
	char host[URL_PART_SIZE]; /* without the brackets of IPv6 */
	int port;
};

struct url {
	bool is_unix;
	struct url_server server;
	struct url_server sentinels[URL_SENTINELS_MAX]; /* who know where the master is; then
							   `server` is the first of them */
	size_t sentinel_count;                          /* 0: `server` is Redis itself */
	char master[URL_PART_SIZE];                     /* its name among the Sentinels */
	char path[URL_PATH_SIZE];
	int database;
	char user[URL_PART_SIZE], password[URL_PART_SIZE]; /* empty: not given */
};

/* Returns 0, or -EINVAL and why in `ret_reason`, which never repeats any part of the URL. */
int url_parse(const char *text, struct url *ret_url, char ret_reason[URL_REASON_SIZE]);

/* Gives `url` this password (NULL: none), unless it has one. */
void url_fill_password(struct url *url, const char *password);

/* Overwrites the password in `text` with asterisks, in place: all between the first colon behind
 * the scheme and the last @, so that a malformed URL keeps its secret too. */
void url_hide_password(char *text);

/* The server without user and password, safe to print: "127.0.0.1:6379", "/run/redis.sock". Returns
 * ret_shown. */
const char *url_show(const struct url *url, char ret_shown[URL_SHOWN_SIZE]);

#endif

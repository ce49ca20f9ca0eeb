/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WEB_SERVER_H
#define WEB_SERVER_H
/*
 * HTTP without meaning: one thread moves bytes, some workers make answers, so that a slow Redis
 * never holds up a browser that asks for something else. The only user of libmicrohttpd.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "web/hub.h"

#define SERVER_WORKERS 4
#define SERVER_CONNECTIONS_MAX 1024 /* further ones are closed at once */
#define SERVER_LISTENERS_MAX 512    /* browsers on server-sent events; further ones get 503 */
#define SERVER_WAITING_MAX 512      /* requests that wait for a worker; further ones get 503 */
#define SERVER_BODY_MAX 8192        /* bytes of a request's body; longer gets 413 */
#define SERVER_IDLE_S 60            /* without a byte moved, a connection is closed */
#define SERVER_PING_S 15            /* between signs of life to listeners */
#define SERVER_CHUNK_BYTES 65536    /* of a long answer, made ahead for one browser */
#define SERVER_HEADERS_MAX 6

struct server;
struct request;

/* What a browser asks for. NULL: not given. */
const char *request_method(const struct request *request);
const char *request_path(const struct request *request);
const char *request_query(struct request *request, const char *name);
const char *request_header(struct request *request, const char *name);
const char *request_body(const struct request *request, size_t *ret_size);

/* What it gets. All zero: 500. */
struct answer {
	unsigned status;
	const char *type; /* static text */
	/* The body: bytes that live as long as the server, or `owned`, which the server frees. */
	const void *bytes;
	char *owned;
	size_t size;
	/* A body without end: the hub's events behind `place`. */
	bool is_events;
	struct hub_place place;
	/* A long body: called by a worker again and again. It appends a piece to `stream` and
	 * returns true while there is more. `done` frees `state`. */
	bool (*make_piece)(void *state, size_t worker, FILE *stream);
	void (*done)(void *state);
	void *state;
	struct {
		const char *name;
		char value[256];
	} headers[SERVER_HEADERS_MAX];
	size_t header_count;
};

/* Adds a header, formatted. Beyond SERVER_HEADERS_MAX: ignored. */
void answer_header(struct answer *answer, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

struct server_settings {
	const char *address; /* numeric, IPv4 or IPv6 */
	uint16_t port;       /* 0: any free one */
	struct hub *hub;
	void *user;
	/* Called by the thread that moves bytes, so that it must not wait. Returns false when a
	 * worker is needed; the answer is then untouched. */
	bool (*answer_at_once)(void *user, struct request *request, struct answer *ret_answer);
	/* Called by worker 0..SERVER_WORKERS-1. */
	void (*answer_slowly)(
		void *user, size_t worker, struct request *request, struct answer *ret_answer);
};

/* Listens. Returns 0, or -EINVAL (no address), -EADDRINUSE, -EACCES, -EADDRNOTAVAIL, -ENOMEM ... */
int server_open(const struct server_settings *settings, struct server **ret_server);

/* The port in use. */
uint16_t server_port(const struct server *server);

/* There is something new in the hub. From any thread. */
void server_wake(struct server *server);

/* Ends every connection and joins the threads. Accepts NULL. */
void server_close(struct server *server);

/* The version of libmicrohttpd found at run time. */
const char *server_library_version(void);

#endif

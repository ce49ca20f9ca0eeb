/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H
/*
 * HTTP without meaning: one thread moves bytes, some workers make answers, so that a slow source
 * never holds up a client that asks for something else. The only user of libmicrohttpd.
 */
#include <stdint.h>

#include "http/answer.h"

#define SERVER_BODY_MAX 8192    /* bytes of a request's body; longer gets 413 */
#define SERVER_IDLE_S 60        /* without a byte moved, a connection is closed */
#define SERVER_PING_S 15        /* between signs of life to listeners */
#define SERVER_PIECE_SIZE 65536 /* read at once of a long answer */
/* For a whole request, from the connection or the answer before it on, and for each block of an
 * answer, 64 KiB or 4 KiB of events: a byte now and then is no step. */
#define SERVER_PATIENCE_MS 60000

struct server;
struct request;

/* What a client asks for. NULL: not given. */
const char *request_method(const struct request *request);
const char *request_path(const struct request *request);
const char *request_query(struct request *request, const char *name);
const char *request_header(struct request *request, const char *name);
const char *request_body(const struct request *request, size_t *ret_size);

/* Limits, with what happens beyond them. */
struct server_limits {
	unsigned connections; /* the slowest makes room for a further one: see http/visits.h */
	unsigned patience_ms; /* 0: SERVER_PATIENCE_MS */
	unsigned listeners;   /* answers without end; further ones get 503 */
	unsigned waiting;     /* requests that wait for a worker; further ones get 503 */
	unsigned workers;     /* threads, 0..CREW_WORKERS_MAX */
};

struct server_settings {
	const char *address; /* numeric, IPv4 or IPv6 */
	uint16_t port;       /* 0: any free one */
	struct server_limits limits;
	void *user;
	/* Called by the thread that moves bytes, so that it must not wait. Returns false when a
	 * worker is needed; the answer is then untouched. */
	bool (*answer_at_once)(void *user, struct request *request, struct answer *ret_answer);
	/* Called by worker 0..workers-1. NULL when there are none. */
	void (*answer_slowly)(
		void *user, size_t worker, struct request *request, struct answer *ret_answer);
};

/* Listens. Returns 0, or -EINVAL (no address), -EADDRINUSE, -EACCES, -EADDRNOTAVAIL, -ENOMEM ... */
int server_open(const struct server_settings *settings, struct server **ret_server);

/* The port in use. */
uint16_t server_port(const struct server *server);

struct server_counts {
	uint64_t connections; /* just now */
	uint64_t late;        /* were ended: no step within the patience */
	uint64_t crowded_out; /* were ended: they made room */
};

/* From any thread. */
void server_count(const struct server *server, struct server_counts *ret_counts);

/* There is something new for answers without end. From any thread. */
void server_wake(struct server *server);

/* Ends every connection and joins the threads. Accepts NULL. */
void server_close(struct server *server);

/* The version of libmicrohttpd found at run time. */
const char *server_library_version(void);

#endif

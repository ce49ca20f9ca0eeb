/* SPDX-License-Identifier: Apache-2.0 */
#include "http/server.h"

#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "http/body.h"
#include "http/crew.h"
#include "http/listen.h"
#include "http/listeners.h"
#include "http/visits.h"

#define CONNECTION_BYTES 16384 /* for the head of a request */
#define LIVE_BLOCK_BYTES 4096
/* The library takes more than the limit: those that were shown out are not closed yet. */
#define SPARE_CONNECTIONS 16

struct request {
	struct server *server;
	struct MHD_Connection *connection;
	struct visit *visit;
	char *path;
	const char *method;
	char content[SERVER_BODY_MAX + 1]; /* what the client sent */
	size_t content_size;
	bool is_too_long, is_answered, is_listener;
	struct body body; /* what it gets */
	struct job job;
};

struct server {
	struct server_settings settings;
	struct MHD_Daemon *daemon;
	struct crew *crew;
	struct listeners *listeners;
	struct visits visits;
};

const char *request_method(const struct request *request)
{
	return request->method;
}

const char *request_path(const struct request *request)
{
	return request->path;
}

const char *request_query(struct request *request, const char *name)
{
	return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
}

const char *request_header(struct request *request, const char *name)
{
	return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

const char *request_body(const struct request *request, size_t *ret_size)
{
	*ret_size = request->content_size;
	return request->content;
}

static int64_t clock_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void step(struct request *request)
{
	visits_step(request->visit, clock_ms());
}

#define REQUEST_OF(part, field) ((struct request *)((char *)(part)-offsetof(struct request, field)))

static void sleep_until_answered(struct job *job)
{
	struct request *request = REQUEST_OF(job, job);
	visits_wait(request->visit);
	MHD_suspend_connection(request->connection);
}

/* Leaves the request to a worker; its connection sleeps until then. False: too many wait. */
static bool give_to_worker(struct request *request)
{
	return crew_give(request->server->crew, &request->job, sleep_until_answered);
}

static void work(size_t worker, struct job *job)
{
	struct request *request = REQUEST_OF(job, job);
	const struct server_settings *settings = &request->server->settings;
	if (request->is_answered) {
		body_make_piece(&request->body, worker);
	} else {
		settings->answer_slowly(settings->user, worker, request, &request->body.answer);
		request->is_answered = true;
	}
	MHD_resume_connection(request->connection);
}

static void lull(struct listener *listener)
{
	MHD_suspend_connection(REQUEST_OF(listener, body.listener)->connection);
}

static void rouse(struct listener *listener)
{
	MHD_resume_connection(REQUEST_OF(listener, body.listener)->connection);
}

static ssize_t read_body(void *cls, uint64_t position, char *ret_bytes, size_t size)
{
	struct request *request = cls;
	ssize_t got =
		body_read(&request->body, request->server->listeners, position, ret_bytes, size);
	if (got > 0) {
		step(request);
		return got;
	}
	if (got == BODY_ASLEEP)
		visits_wait(request->visit);
	if (got == BODY_ASLEEP || (got == BODY_UNMADE && give_to_worker(request)))
		return 0;
	return got == BODY_ENDED ? MHD_CONTENT_READER_END_OF_STREAM
				 : MHD_CONTENT_READER_END_WITH_ERROR;
}

void server_wake(struct server *server)
{
	listeners_wake(server->listeners);
}

/* What is long goes in blocks, so that a client that takes none is noticed. */
static struct MHD_Response *make_response(struct request *request)
{
	struct answer *answer = &request->body.answer;
	if (answer->read_live || answer->make_piece || answer->size > SERVER_PIECE_SIZE)
		return MHD_create_response_from_callback(
			answer->read_live || answer->make_piece ? MHD_SIZE_UNKNOWN : answer->size,
			answer->read_live ? LIVE_BLOCK_BYTES : SERVER_PIECE_SIZE, read_body,
			request, NULL);
	if (!answer->owned)
		return MHD_create_response_from_buffer(
			answer->size, (void *)answer->bytes, MHD_RESPMEM_PERSISTENT);
	struct MHD_Response *response =
		MHD_create_response_from_buffer(answer->size, answer->owned, MHD_RESPMEM_MUST_FREE);
	if (response)
		answer->owned = NULL;
	return response;
}

static enum MHD_Result send_answer(struct request *request)
{
	struct answer *answer = &request->body.answer;
	step(request);
	if (answer->read_live) {
		request->is_listener =
			listeners_add(request->server->listeners, &request->body.listener);
		if (!request->is_listener)
			answer_text(answer, MHD_HTTP_SERVICE_UNAVAILABLE, "too many listen\n");
	}
	if (answer->status == 0)
		answer_text(answer, MHD_HTTP_INTERNAL_SERVER_ERROR, "no memory\n");
	struct MHD_Response *response = make_response(request);
	if (!response)
		return MHD_NO;
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->type);
	for (size_t i = 0; i < answer->header_count; i++)
		MHD_add_response_header(
			response, answer->headers[i].name, answer->headers[i].value);
	enum MHD_Result result = MHD_queue_response(request->connection, answer->status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result take_content(struct request *request, const char *data, size_t *size)
{
	if (*size > SERVER_BODY_MAX - request->content_size)
		request->is_too_long = true;
	else
		memcpy(request->content + request->content_size, data, *size);
	request->content_size += request->is_too_long ? 0 : *size;
	*size = 0;
	return MHD_YES;
}

static enum MHD_Result begin_request(struct server *server, struct MHD_Connection *connection,
	const char *path, const char *method, void **ret_request)
{
	struct visit *visit =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
			->socket_context;
	struct request *request = visit ? calloc(1, sizeof *request) : NULL;
	if (!request)
		return MHD_NO;
	*request = (struct request){.server = server,
		.connection = connection,
		.visit = visit,
		.method = method,
		.path = strdup(path)};
	if (!request->path) {
		free(request);
		return MHD_NO;
	}
	*ret_request = request;
	return MHD_YES;
}

/* Called for the head of a request, for each part of its body, at its end, and once more when a
 * worker has made the answer. */
static enum MHD_Result handle(void *cls, struct MHD_Connection *connection, const char *path,
	const char *method, const char *version, const char *data, size_t *data_size,
	void **con_cls)
{
	struct server *server = cls;
	struct request *request = *con_cls;
	const struct server_settings *settings = &server->settings;
	(void)version;
	if (!request)
		return begin_request(server, connection, path, method, con_cls);
	if (*data_size > 0)
		return take_content(request, data, data_size);
	if (request->is_answered)
		return send_answer(request);
	if (request->is_too_long)
		answer_text(&request->body.answer, MHD_HTTP_CONTENT_TOO_LARGE, "too long\n");
	else if (!settings->answer_at_once(settings->user, request, &request->body.answer)) {
		if (give_to_worker(request))
			return MHD_YES;
		answer_text(
			&request->body.answer, MHD_HTTP_SERVICE_UNAVAILABLE, "busy, come again\n");
	}
	request->is_answered = true;
	return send_answer(request);
}

static void end_request(void *cls, struct MHD_Connection *connection, void **con_cls,
	enum MHD_RequestTerminationCode code)
{
	struct request *request = *con_cls;
	(void)cls, (void)connection, (void)code;
	if (!request)
		return;
	if (request->is_listener)
		listeners_remove(request->server->listeners, &request->body.listener);
	body_done(&request->body);
	step(request);
	free(request->path);
	free(request);
	*con_cls = NULL;
}

/* Called when a connection has come, and before its socket is closed. */
static void note_connection(void *cls, struct MHD_Connection *connection, void **visit,
	enum MHD_ConnectionNotificationCode code)
{
	struct server *server = cls;
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		*visit = visits_begin(&server->visits, info->connect_fd, clock_ms());
	else
		visits_end(*visit);
}

static int start_daemon(struct server *server, const struct sockaddr *address)
{
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC |
			 (address->sa_family == AF_INET6 ? MHD_USE_IPv6 : 0);
	errno = 0;
	server->daemon = MHD_start_daemon(flags, 0, NULL, NULL, handle, server,
		MHD_OPTION_SOCK_ADDR, address, MHD_OPTION_NOTIFY_COMPLETED, end_request, NULL,
		MHD_OPTION_NOTIFY_CONNECTION, note_connection, server, MHD_OPTION_CONNECTION_LIMIT,
		server->settings.limits.connections + SPARE_CONNECTIONS,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SERVER_IDLE_S,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES, MHD_OPTION_END);
	if (server->daemon)
		return 0;
	return errno ? -errno : -EADDRINUSE;
}

static int start_threads(struct server *server)
{
	const struct server_limits *limits = &server->settings.limits;
	const struct listeners_settings settings = {
		.max = limits->listeners,
		.ping_s = SERVER_PING_S,
		.lull = lull,
		.rouse = rouse,
	};
	int r = listeners_new(&settings, &server->listeners);
	return r < 0 ? r : crew_new(limits->workers, limits->waiting, work, &server->crew);
}

int server_open(const struct server_settings *settings, struct server **ret_server)
{
	struct addrinfo *address;
	int r = listen_resolve(settings->address, settings->port, &address);
	if (r < 0)
		return r;
	struct server *server = calloc(1, sizeof *server);
	if (server) {
		server->settings = *settings;
		visits_init(&server->visits, settings->limits.connections,
			settings->limits.patience_ms > 0 ? settings->limits.patience_ms
							 : SERVER_PATIENCE_MS);
		r = start_threads(server);
		if (r == 0)
			r = start_daemon(server, address->ai_addr);
	}
	freeaddrinfo(address);
	if (!server)
		return -ENOMEM;
	if (r < 0)
		server_close(server);
	else
		*ret_server = server;
	return r;
}

uint16_t server_port(const struct server *server)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);
	return info ? info->port : 0;
}

void server_count(const struct server *server, struct server_counts *ret_counts)
{
	*ret_counts = (struct server_counts){
		.connections = atomic_load(&server->visits.count),
		.late = atomic_load(&server->visits.late),
		.crowded_out = atomic_load(&server->visits.crowded_out),
	};
}

/* The daemon must not be stopped while a connection sleeps. */
void server_close(struct server *server)
{
	if (!server)
		return;
	listeners_end(server->listeners);
	if (server->crew)
		crew_end(server->crew);
	if (server->daemon)
		MHD_stop_daemon(server->daemon);
	crew_free(server->crew);
	listeners_free(server->listeners);
	free(server);
}

const char *server_library_version(void)
{
	return MHD_get_version();
}

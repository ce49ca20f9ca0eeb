/* SPDX-License-Identifier: Apache-2.0 */
#include "http/server.h"

#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "http/crew.h"
#include "http/listeners.h"

#define CONNECTION_BYTES 16384 /* for the head of a request */
#define LIVE_BLOCK_BYTES 4096

struct request {
	struct server *server;
	struct MHD_Connection *connection;
	char *path;
	const char *method;
	char body[SERVER_BODY_MAX + 1];
	size_t body_size;
	bool is_too_long, is_answered;
	struct answer answer;
	struct listener listener;
	bool is_listener;
	/* A long answer: the piece at hand. */
	char *piece;
	size_t piece_size, piece_read;
	bool is_last_piece, is_piece_failed;
	struct job job;
};

struct server {
	struct server_settings settings;
	struct MHD_Daemon *daemon;
	struct crew *crew;
	struct listeners *listeners;
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
	*ret_size = request->body_size;
	return request->body;
}

#define REQUEST_OF(part, field) ((struct request *)((char *)(part)-offsetof(struct request, field)))

static void sleep_until_answered(struct job *job)
{
	MHD_suspend_connection(REQUEST_OF(job, job)->connection);
}

/* Leaves the request to a worker; its connection sleeps until then. False: too many wait. */
static bool give_to_worker(struct request *request)
{
	return crew_give(request->server->crew, &request->job, sleep_until_answered);
}

static void make_piece(struct request *request, size_t worker)
{
	char *bytes = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&bytes, &size);
	bool is_more = stream && request->answer.make_piece(request->answer.state, worker, stream);
	bool is_failed = !stream || ferror(stream);
	if (stream && fclose(stream) != 0)
		is_failed = true;
	free(request->piece);
	request->piece = bytes;
	request->piece_size = is_failed ? 0 : size;
	request->piece_read = 0;
	request->is_last_piece = !is_more || is_failed;
	request->is_piece_failed = is_failed;
}

static void work(size_t worker, struct job *job)
{
	struct request *request = REQUEST_OF(job, job);
	const struct server_settings *settings = &request->server->settings;
	if (request->is_answered) {
		make_piece(request, worker);
	} else {
		settings->answer_slowly(settings->user, worker, request, &request->answer);
		request->is_answered = true;
	}
	MHD_resume_connection(request->connection);
}

static void lull(struct listener *listener)
{
	MHD_suspend_connection(REQUEST_OF(listener, listener)->connection);
}

static void rouse(struct listener *listener)
{
	MHD_resume_connection(REQUEST_OF(listener, listener)->connection);
}

static ssize_t read_live(void *cls, uint64_t position, char *ret_bytes, size_t size)
{
	struct request *request = cls;
	(void)position;
	ssize_t got = listeners_read(
		request->server->listeners, &request->listener, &request->answer, ret_bytes, size);
	return got < 0 ? MHD_CONTENT_READER_END_OF_STREAM : got;
}

static ssize_t read_pieces(void *cls, uint64_t position, char *ret_bytes, size_t size)
{
	struct request *request = cls;
	size_t left = request->piece_size - request->piece_read;
	(void)position;
	if (left > 0) {
		left = left < size ? left : size;
		memcpy(ret_bytes, request->piece + request->piece_read, left);
		request->piece_read += left;
		return (ssize_t)left;
	}
	if (request->is_piece_failed)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (request->is_last_piece)
		return MHD_CONTENT_READER_END_OF_STREAM;
	return give_to_worker(request) ? 0 : MHD_CONTENT_READER_END_WITH_ERROR;
}

void server_wake(struct server *server)
{
	listeners_wake(server->listeners);
}

static struct MHD_Response *make_response(struct request *request)
{
	struct answer *answer = &request->answer;
	if (answer->read_live)
		return MHD_create_response_from_callback(
			MHD_SIZE_UNKNOWN, LIVE_BLOCK_BYTES, read_live, request, NULL);
	if (answer->make_piece)
		return MHD_create_response_from_callback(
			MHD_SIZE_UNKNOWN, SERVER_PIECE_SIZE, read_pieces, request, NULL);
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
	struct answer *answer = &request->answer;
	if (answer->read_live) {
		request->is_listener =
			listeners_add(request->server->listeners, &request->listener);
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

static enum MHD_Result take_body(struct request *request, const char *data, size_t *size)
{
	if (*size > SERVER_BODY_MAX - request->body_size)
		request->is_too_long = true;
	else
		memcpy(request->body + request->body_size, data, *size);
	request->body_size += request->is_too_long ? 0 : *size;
	*size = 0;
	return MHD_YES;
}

static enum MHD_Result begin_request(struct server *server, struct MHD_Connection *connection,
	const char *path, const char *method, void **ret_request)
{
	struct request *request = calloc(1, sizeof *request);
	if (!request)
		return MHD_NO;
	*request = (struct request){
		.server = server, .connection = connection, .method = method, .path = strdup(path)};
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
		return take_body(request, data, data_size);
	if (request->is_answered)
		return send_answer(request);
	if (request->is_too_long)
		answer_text(&request->answer, MHD_HTTP_CONTENT_TOO_LARGE, "too long\n");
	else if (!settings->answer_at_once(settings->user, request, &request->answer)) {
		if (give_to_worker(request))
			return MHD_YES;
		answer_text(&request->answer, MHD_HTTP_SERVICE_UNAVAILABLE, "busy, come again\n");
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
		listeners_remove(request->server->listeners, &request->listener);
	if (request->answer.done)
		request->answer.done(request->answer.state);
	free(request->answer.owned);
	free(request->piece);
	free(request->path);
	free(request);
	*con_cls = NULL;
}

static int start_daemon(struct server *server, const struct sockaddr *address)
{
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC |
			 (address->sa_family == AF_INET6 ? MHD_USE_IPv6 : 0);
	errno = 0;
	server->daemon = MHD_start_daemon(flags, 0, NULL, NULL, handle, server,
		MHD_OPTION_SOCK_ADDR, address, MHD_OPTION_NOTIFY_COMPLETED, end_request, NULL,
		MHD_OPTION_CONNECTION_LIMIT, server->settings.limits.connections,
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

static int resolve(const struct server_settings *settings, struct addrinfo **ret_address)
{
	char port[8];
	const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
		.ai_socktype = SOCK_STREAM};
	snprintf(port, sizeof port, "%u", settings->port);
	return getaddrinfo(settings->address, port, &hints, ret_address) == 0 ? 0 : -EINVAL;
}

int server_open(const struct server_settings *settings, struct server **ret_server)
{
	struct addrinfo *address;
	int r = resolve(settings, &address);
	if (r < 0)
		return r;
	struct server *server = calloc(1, sizeof *server);
	if (server) {
		server->settings = *settings;
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

/* SPDX-License-Identifier: Apache-2.0 */
#include "web/server.h"

#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define CONNECTION_BYTES 16384 /* for the head of a request */
#define EVENTS_BLOCK_BYTES 4096

struct request {
	struct server *server;
	struct MHD_Connection *connection;
	char *path;
	const char *method;
	char body[SERVER_BODY_MAX + 1];
	size_t body_size;
	bool is_too_long, is_answered;
	struct answer answer;
	/* A browser on events: in the server's list, perhaps asleep. */
	struct request *previous_listener, *next_listener;
	bool is_listener, is_asleep;
	uint64_t pings;
	/* A long answer: the piece at hand. */
	char *piece;
	size_t piece_size, piece_read;
	bool is_last_piece, is_piece_failed;
	struct request *next_job;
};

struct server {
	struct server_settings settings;
	struct MHD_Daemon *daemon;
	pthread_mutex_t lock;
	pthread_cond_t has_job, is_closed;
	struct request *first_job, **last_job;
	size_t waiting;
	struct request *listeners;
	size_t listener_count;
	uint64_t pings;
	bool is_closing;
	pthread_t workers[SERVER_WORKERS], pinger;
	size_t worker_count;
	bool has_pinger;
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

/* Leaves the request to a worker; its connection sleeps until then. False: too many wait. */
static bool give_to_worker(struct request *request)
{
	struct server *server = request->server;
	bool is_taken;
	pthread_mutex_lock(&server->lock);
	is_taken = server->waiting < SERVER_WAITING_MAX && !server->is_closing;
	if (is_taken) {
		MHD_suspend_connection(request->connection);
		request->next_job = NULL;
		*server->last_job = request;
		server->last_job = &request->next_job;
		server->waiting++;
		pthread_cond_signal(&server->has_job);
	}
	pthread_mutex_unlock(&server->lock);
	return is_taken;
}

static struct request *take_job(struct server *server)
{
	pthread_mutex_lock(&server->lock);
	while (!server->first_job && !server->is_closing)
		pthread_cond_wait(&server->has_job, &server->lock);
	struct request *request = server->first_job;
	if (request) {
		server->first_job = request->next_job;
		if (!server->first_job)
			server->last_job = &server->first_job;
		server->waiting--;
	}
	pthread_mutex_unlock(&server->lock);
	return request;
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

struct worker {
	struct server *server;
	size_t number;
};

static void *work(void *argument)
{
	struct worker worker = *(struct worker *)argument;
	const struct server_settings *settings = &worker.server->settings;
	struct request *request;
	free(argument);
	while ((request = take_job(worker.server))) {
		if (request->is_answered) {
			make_piece(request, worker.number);
		} else {
			settings->answer_slowly(
				settings->user, worker.number, request, &request->answer);
			request->is_answered = true;
		}
		MHD_resume_connection(request->connection);
	}
	return NULL;
}

/* Reads the hub for a listener. Sleep and waking are under one lock, so that no event is missed
 * between them. */
static ssize_t read_events(void *cls, uint64_t position, char *ret_bytes, size_t size)
{
	static const char ping[] = ": ping\n\n";
	struct request *request = cls;
	struct server *server = request->server;
	(void)position;
	pthread_mutex_lock(&server->lock);
	size_t got = hub_read(server->settings.hub, &request->answer.place, ret_bytes, size);
	ssize_t result = (ssize_t)got;
	if (server->is_closing) {
		result = MHD_CONTENT_READER_END_OF_STREAM;
	} else if (got == 0 && request->pings != server->pings) {
		memcpy(ret_bytes, ping, sizeof ping - 1);
		result = sizeof ping - 1;
	} else if (got == 0) {
		request->is_asleep = true;
		MHD_suspend_connection(request->connection);
	}
	request->pings = server->pings;
	pthread_mutex_unlock(&server->lock);
	return result;
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

static void wake(struct server *server)
{
	for (struct request *at = server->listeners; at; at = at->next_listener) {
		if (at->is_asleep)
			MHD_resume_connection(at->connection);
		at->is_asleep = false;
	}
}

void server_wake(struct server *server)
{
	pthread_mutex_lock(&server->lock);
	wake(server);
	pthread_mutex_unlock(&server->lock);
}

/* Signs of life keep proxies from closing a silent connection, and find browsers that are gone. */
static void *ping(void *argument)
{
	struct server *server = argument;
	struct timespec end;
	clock_gettime(CLOCK_MONOTONIC, &end);
	pthread_mutex_lock(&server->lock);
	while (!server->is_closing) {
		end.tv_sec += SERVER_PING_S;
		while (!server->is_closing &&
			pthread_cond_timedwait(&server->is_closed, &server->lock, &end) == 0)
			;
		server->pings++;
		wake(server);
	}
	pthread_mutex_unlock(&server->lock);
	return NULL;
}

static bool add_listener(struct request *request)
{
	struct server *server = request->server;
	pthread_mutex_lock(&server->lock);
	bool is_taken = server->listener_count < SERVER_LISTENERS_MAX && !server->is_closing;
	if (is_taken) {
		request->is_listener = true;
		request->pings = server->pings;
		request->next_listener = server->listeners;
		if (server->listeners)
			server->listeners->previous_listener = request;
		server->listeners = request;
		server->listener_count++;
	}
	pthread_mutex_unlock(&server->lock);
	return is_taken;
}

static void remove_listener(struct request *request)
{
	struct server *server = request->server;
	pthread_mutex_lock(&server->lock);
	if (request->next_listener)
		request->next_listener->previous_listener = request->previous_listener;
	if (request->previous_listener)
		request->previous_listener->next_listener = request->next_listener;
	else
		server->listeners = request->next_listener;
	server->listener_count--;
	pthread_mutex_unlock(&server->lock);
}

static void set_plain(struct answer *answer, unsigned status, const char *text)
{
	*answer = (struct answer){
		.status = status, .type = "text/plain", .bytes = text, .size = strlen(text)};
}

static struct MHD_Response *make_response(struct request *request)
{
	struct answer *answer = &request->answer;
	if (answer->is_events)
		return MHD_create_response_from_callback(
			MHD_SIZE_UNKNOWN, EVENTS_BLOCK_BYTES, read_events, request, NULL);
	if (answer->make_piece)
		return MHD_create_response_from_callback(
			MHD_SIZE_UNKNOWN, SERVER_CHUNK_BYTES, read_pieces, request, NULL);
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
	if (answer->is_events && !add_listener(request))
		set_plain(answer, MHD_HTTP_SERVICE_UNAVAILABLE, "too many browsers listen\n");
	if (answer->status == 0)
		set_plain(answer, MHD_HTTP_INTERNAL_SERVER_ERROR, "no memory\n");
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
		set_plain(&request->answer, MHD_HTTP_CONTENT_TOO_LARGE, "too long\n");
	else if (!settings->answer_at_once(settings->user, request, &request->answer)) {
		if (give_to_worker(request))
			return MHD_YES;
		set_plain(&request->answer, MHD_HTTP_SERVICE_UNAVAILABLE, "busy, come again\n");
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
		remove_listener(request);
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
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)SERVER_CONNECTIONS_MAX,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SERVER_IDLE_S,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES, MHD_OPTION_END);
	if (server->daemon)
		return 0;
	return errno ? -errno : -EADDRINUSE;
}

static int start_threads(struct server *server)
{
	for (; server->worker_count < SERVER_WORKERS; server->worker_count++) {
		struct worker *worker = malloc(sizeof *worker);
		if (!worker)
			return -ENOMEM;
		*worker = (struct worker){server, server->worker_count};
		if (pthread_create(&server->workers[server->worker_count], NULL, work, worker)) {
			free(worker);
			return -EAGAIN;
		}
	}
	if (pthread_create(&server->pinger, NULL, ping, server))
		return -EAGAIN;
	server->has_pinger = true;
	return 0;
}

static int resolve(const struct server_settings *settings, struct addrinfo **ret_address)
{
	char port[8];
	const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
		.ai_socktype = SOCK_STREAM};
	snprintf(port, sizeof port, "%u", settings->port);
	return getaddrinfo(settings->address, port, &hints, ret_address) == 0 ? 0 : -EINVAL;
}

static void init_locks(struct server *server)
{
	pthread_condattr_t attributes;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_mutex_init(&server->lock, NULL);
	pthread_cond_init(&server->has_job, NULL);
	pthread_cond_init(&server->is_closed, &attributes);
	pthread_condattr_destroy(&attributes);
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
		server->last_job = &server->first_job;
		init_locks(server);
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
	pthread_mutex_lock(&server->lock);
	server->is_closing = true;
	wake(server);
	pthread_cond_broadcast(&server->has_job);
	pthread_cond_broadcast(&server->is_closed);
	pthread_mutex_unlock(&server->lock);
	for (size_t i = 0; i < server->worker_count; i++)
		pthread_join(server->workers[i], NULL);
	if (server->has_pinger)
		pthread_join(server->pinger, NULL);
	if (server->daemon)
		MHD_stop_daemon(server->daemon);
	pthread_cond_destroy(&server->is_closed);
	pthread_cond_destroy(&server->has_job);
	pthread_mutex_destroy(&server->lock);
	free(server);
}

const char *server_library_version(void)
{
	return MHD_get_version();
}

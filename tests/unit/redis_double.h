/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_REDIS_DOUBLE_H
#define TESTS_REDIS_DOUBLE_H
/* A Redis server that says what a test tells it to: bytes on a Unix socket, whatever it is asked.
 */
#include "publish/url.h"

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct redis_double {
	char folder[32];
	struct url url;
	const uint8_t *bytes; /* the caller's */
	size_t count;
	bool is_repeated; /* `bytes` are the answer to each command, else to all of them together */
	unsigned most;    /* commands that are answered, when repeated */
	unsigned asked, served; /* commands, and connections that the client has ended */
	int listener;
	pthread_t thread;
	pthread_mutex_t lock; /* of `asked` and `served` */
	pthread_cond_t changed;
};

static inline void redis_double_count(struct redis_double *server, unsigned *number)
{
	pthread_mutex_lock(&server->lock);
	++*number;
	pthread_cond_broadcast(&server->changed);
	pthread_mutex_unlock(&server->lock);
}

static inline void redis_double_send(const struct redis_double *server, int client)
{
	size_t sent = 0;

	while (sent < server->count) {
		ssize_t more =
			send(client, server->bytes + sent, server->count - sent, MSG_NOSIGNAL);
		if (more <= 0)
			return; /* the client has gone */
		sent += (size_t)more;
	}
}

/* The first connection is answered; later ones are ended at once. */
static inline void redis_double_serve(struct redis_double *server, int client)
{
	char command[65536];

	if (server->served == 0 && !server->is_repeated)
		redis_double_send(server, client);
	if (server->served > 0 || !server->is_repeated)
		shutdown(client, SHUT_WR);
	while (recv(client, command, sizeof(command), 0) > 0) {
		redis_double_count(server, &server->asked);
		if (server->is_repeated && server->asked <= server->most)
			redis_double_send(server, client);
		else
			shutdown(client, SHUT_WR);
	}
	close(client);
	redis_double_count(server, &server->served);
}

static inline void *redis_double_work(void *argument)
{
	struct redis_double *server = argument;
	int client;

	while ((client = accept(server->listener, NULL, NULL)) >= 0)
		redis_double_serve(server, client);
	return NULL;
}

/* Starts it. Returns 0 or -1. */
static inline int redis_double_start(struct redis_double *server)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	strcpy(server->folder, "/tmp/surgetap-redis-XXXXXX");
	if (!mkdtemp(server->folder))
		return -1;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", server->folder);
	server->url = (struct url){.is_unix = true};
	snprintf(server->url.path, sizeof(server->url.path), "%s", address.sun_path);
	server->asked = server->served = 0;
	server->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pthread_mutex_init(&server->lock, NULL);
	pthread_cond_init(&server->changed, NULL);
	if (bind(server->listener, (struct sockaddr *)&address, sizeof(address)) < 0 ||
		listen(server->listener, 4) < 0)
		return -1;
	return -pthread_create(&server->thread, NULL, redis_double_work, server);
}

/* Waits until the client has ended a connection. */
static inline void redis_double_wait(struct redis_double *server)
{
	pthread_mutex_lock(&server->lock);
	while (server->served == 0)
		pthread_cond_wait(&server->changed, &server->lock);
	pthread_mutex_unlock(&server->lock);
}

static inline void redis_double_stop(struct redis_double *server)
{
	shutdown(server->listener, SHUT_RDWR);
	pthread_join(server->thread, NULL);
	close(server->listener);
	pthread_mutex_destroy(&server->lock);
	pthread_cond_destroy(&server->changed);
	unlink(server->url.path);
	rmdir(server->folder);
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/notify.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static int64_t monotonic_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void send_words(const struct notify *notify, const char *words)
{
	if (notify->socket >= 0)
		(void)!send(notify->socket, words, strlen(words), MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* WATCHDOG_USEC counts for the process named in WATCHDOG_PID, if that is given. */
static int64_t find_watchdog_interval(void)
{
	const char *interval = getenv("WATCHDOG_USEC"), *process = getenv("WATCHDOG_PID");

	if (!interval || (process && strtoll(process, NULL, 10) != getpid()))
		return 0;
	return strtoll(interval, NULL, 10) / 2;
}

void notify_open(struct notify *notify)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t length = path ? strlen(path) : 0;

	*notify = (struct notify){.socket = -1};
	if (length < 2 || length >= sizeof(address.sun_path) || (*path != '/' && *path != '@'))
		return;
	memcpy(address.sun_path, path, length);
	if (*path == '@')
		address.sun_path[0] = '\0'; /* the abstract name space */
	notify->socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (notify->socket >= 0 &&
		connect(notify->socket, (struct sockaddr *)&address,
			(socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)) < 0)
		notify_close(notify);
	if (notify->socket >= 0)
		notify->watchdog_interval_us = find_watchdog_interval();
}

void notify_close(struct notify *notify)
{
	if (notify->socket >= 0)
		close(notify->socket);
	notify->socket = -1;
}

void notify_ready(struct notify *notify, const char *status)
{
	char words[256];

	snprintf(words, sizeof(words), "READY=1\nSTATUS=%s", status);
	send_words(notify, words);
}

void notify_reloading(struct notify *notify)
{
	char words[80];

	snprintf(words, sizeof(words), "RELOADING=1\nMONOTONIC_USEC=%" PRId64, monotonic_us());
	send_words(notify, words);
}

void notify_stopping(struct notify *notify)
{
	send_words(notify, "STOPPING=1");
}

void notify_alive(struct notify *notify)
{
	int64_t now_us;

	if (notify->socket < 0 || notify->watchdog_interval_us == 0)
		return;
	now_us = monotonic_us();
	if (notify->alive_us && now_us - notify->alive_us < notify->watchdog_interval_us)
		return;
	notify->alive_us = now_us;
	send_words(notify, "WATCHDOG=1");
}

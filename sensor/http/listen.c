/* SPDX-License-Identifier: Apache-2.0 */
#include "http/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int parse_port(const char *text, uint16_t *ret_port)
{
	char *end;
	unsigned long port = strtoul(text, &end, 10);
	/* strtoul takes a sign and leading blanks. */
	if (*text < '0' || *text > '9' || *end || port > UINT16_MAX)
		return -EINVAL;
	*ret_port = (uint16_t)port;
	return 0;
}

int listen_parse(const char *text, struct listen *ret_listen)
{
	const char *colon = strrchr(text, ':');
	bool is_bracketed = *text == '[';
	struct listen listen;
	unsigned char bytes[sizeof(struct in6_addr)];
	if (!colon || parse_port(colon + 1, &listen.port) < 0)
		return -EINVAL;
	const char *first = text + is_bracketed, *end = colon - is_bracketed;
	if (end < first || (is_bracketed && *end != ']') ||
		(size_t)(end - first) >= sizeof listen.address)
		return -EINVAL;
	snprintf(listen.address, sizeof listen.address, "%.*s", (int)(end - first), first);
	if (!is_bracketed && strcmp(listen.address, "localhost") == 0)
		strcpy(listen.address, "127.0.0.1");
	if (inet_pton(is_bracketed ? AF_INET6 : AF_INET, listen.address, bytes) != 1)
		return -EINVAL;
	*ret_listen = listen;
	return 0;
}

int listen_resolve(const char *address, uint16_t port, struct addrinfo **ret_address)
{
	char service[8];
	const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
		.ai_socktype = SOCK_STREAM};
	snprintf(service, sizeof service, "%u", port);
	return getaddrinfo(address, service, &hints, ret_address) == 0 ? 0 : -EINVAL;
}

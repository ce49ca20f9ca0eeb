/* SPDX-License-Identifier: Apache-2.0 */
#include "http/loopback.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "http/server.h"

bool loopback_is_address(const char *address)
{
	struct in_addr four;
	struct in6_addr six;
	if (inet_pton(AF_INET, address, &four) == 1)
		return ntohl(four.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, address, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

bool loopback_is_host(struct request *request)
{
	const char *host = request_header(request, "Host");
	char name[64];
	if (!host)
		return false;
	bool is_bracketed = *host == '[';
	size_t length = strcspn(host + is_bracketed, is_bracketed ? "]" : ":");
	if (length >= sizeof name)
		return false;
	memcpy(name, host + is_bracketed, length);
	name[length] = '\0';
	return strcasecmp(name, "localhost") == 0 || loopback_is_address(name);
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HTTP_LISTEN_H
#define HTTP_LISTEN_H
/* Where a server listens, as an operator writes it: ADDR:PORT or [ADDR]:PORT. */
#include <stdint.h>

#define LISTEN_ADDRESS_SIZE 46

struct addrinfo;

struct listen {
	char address[LISTEN_ADDRESS_SIZE]; /* numeric, without brackets */
	uint16_t port;                     /* 0: any free one */
};

/* Parses "127.0.0.1:9105", "[::1]:9105" or "localhost:9105", which is 127.0.0.1. Returns 0 or
 * -EINVAL.
 */
int listen_parse(const char *text, struct listen *ret_listen);

/* The socket address of a numeric `address` and `port`, for freeaddrinfo(). Returns 0 or -EINVAL.
 */
int listen_resolve(const char *address, uint16_t port, struct addrinfo **ret_address);

#endif

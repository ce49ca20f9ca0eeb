/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HTTP_LOOPBACK_H
#define HTTP_LOOPBACK_H
/* What can be reached from this machine only. */
#include <stdbool.h>

struct request;

/* True for a numeric address of 127.0.0.0/8, or ::1. */
bool loopback_is_address(const char *address);

/* True when the request's Host header is "localhost" or a loopback address. A web page elsewhere
 * that reaches this server under a name of its own (DNS rebinding) is told by that. */
bool loopback_is_host(struct request *request);

#endif

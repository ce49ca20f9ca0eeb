/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WEB_GUARD_H
#define WEB_GUARD_H
/*
 * Who may ask. Without a token the server listens on loopback only, and requests must name a
 * loopback host, so that a web page elsewhere cannot reach it under a name of its own (DNS
 * rebinding). With a token everything but the page itself needs it: as "Authorization: Bearer", or
 * as the cookie that a login sets, which holds a random session, not the token.
 */
#include "http/server.h"

#define GUARD_TOKEN_MIN 16
#define GUARD_TOKEN_MAX 256
#define GUARD_SESSION_SIZE 65

struct guard {
	char token[GUARD_TOKEN_MAX + 1]; /* empty: none is asked for */
	char session[GUARD_SESSION_SIZE];
};

/* `token`: NULL or of a length within the limits above. Returns 0, -EINVAL, or -errno when there
 * is no randomness. */
int guard_init(struct guard *guard, const char *token);

/* True for a request that may see data. */
bool guard_admits(const struct guard *guard, struct request *request);

/* True when the request names this machine, or a token makes that needless. */
bool guard_knows_host(const struct guard *guard, struct request *request);

/* True when the request cannot have been made by a form of another site: its body is JSON. */
bool guard_is_own_form(struct request *request);

/* Answers a login, {"token": "..."}: 204 with the cookie, or 401. */
void guard_login(const struct guard *guard, struct request *request, struct answer *ret_answer);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "web/guard.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/log.h"
#include "http/loopback.h"
#include "web/reply.h"

#define COOKIE "surgetap_session="

int guard_init(struct guard *guard, const char *token)
{
	unsigned char random[(GUARD_SESSION_SIZE - 1) / 2];
	*guard = (struct guard){0};
	if (token && (strlen(token) < GUARD_TOKEN_MIN || strlen(token) > GUARD_TOKEN_MAX))
		return -EINVAL;
	if (token)
		strcpy(guard->token, token);
	if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
		return errno ? -errno : -EIO;
	for (size_t i = 0; i < sizeof random; i++)
		snprintf(guard->session + 2 * i, 3, "%02x", random[i]);
	return 0;
}

/* Takes as long for a wrong first byte as for a wrong last one. */
static bool is_same(const char *secret, const char *given, size_t length)
{
	unsigned char difference = strlen(secret) != length;
	for (size_t i = 0; i < length && secret[i]; i++)
		difference |= (unsigned char)(secret[i] ^ given[i]);
	return difference == 0;
}

bool guard_admits(const struct guard *guard, struct request *request)
{
	static const char bearer[] = "Bearer ";
	const char *given = request_header(request, "Authorization");
	const char *cookies = request_header(request, "Cookie");
	if (!*guard->token)
		return true;
	if (given && strncasecmp(given, bearer, sizeof bearer - 1) == 0) {
		given += sizeof bearer - 1;
		return is_same(guard->token, given, strlen(given));
	}
	for (const char *at = cookies; at; at = strchr(at, ';')) {
		at += strspn(at, "; ");
		if (strncmp(at, COOKIE, sizeof COOKIE - 1) == 0) {
			at += sizeof COOKIE - 1;
			if (is_same(guard->session, at, strcspn(at, "; ")))
				return true;
		}
		if (!*at)
			break;
	}
	return false;
}

bool guard_knows_host(const struct guard *guard, struct request *request)
{
	return *guard->token || loopback_is_host(request);
}

bool guard_is_own_form(struct request *request)
{
	static const char json[] = "application/json";
	const char *type = request_header(request, "Content-Type");
	return type && strncasecmp(type, json, sizeof json - 1) == 0;
}

void guard_login(const struct guard *guard, struct request *request, struct answer *ret_answer)
{
	static struct log_limit limit;
	size_t size;
	const char *body = request_body(request, &size);
	json_t *wish = json_loadb(body, size, 0, NULL);
	const char *given = json_string_value(json_object_get(wish, "token"));
	if (!*guard->token || (given && is_same(guard->token, given, strlen(given)))) {
		reply_json(ret_answer, 200, json_object());
		answer_header(ret_answer, "Set-Cookie",
			COOKIE "%s; Path=/; HttpOnly; SameSite=Strict", guard->session);
	} else {
		log_limited(&limit, "dashboard: a wrong token was given");
		reply_error(ret_answer, 401, "token", "this is not the token");
	}
	json_decref(wish);
}

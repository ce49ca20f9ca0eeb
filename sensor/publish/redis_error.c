/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/redis_error.h"

#include <string.h>

/* The first that fits counts: longer names before their beginnings. */
static const struct redis_error errors[] = {
	{"ERR The ID specified in XADD", "duplicate", REDIS_REPEATED,
		"the entry had been delivered before"},
	{"ERR invalid password", "WRONGPASS", REDIS_RETRY, "user or password is wrong"},
	{"ERR Client sent AUTH", "AUTH", REDIS_RETRY,
		"a password is given, the server has none set"},
	{"ERR AUTH", "AUTH", REDIS_RETRY, "a password is given, the server has none set"},
	{"ERR DB index", "SELECT", REDIS_RETRY, "the server has no database of this number"},
	{"ERR invalid DB index", "SELECT", REDIS_RETRY,
		"the server has no database of this number"},
	{"ERR SELECT is not allowed", "SELECT", REDIS_RETRY, "a Redis Cluster has database 0 only"},
	{"ERR unknown command", "unknown command", REDIS_REFUSED, "streams need Redis 5 or newer"},
	{"ERR max number of clients", "clients", REDIS_RETRY, "the server has too many clients"},
	/* What it says to a long command before it asks for the password. */
	{"ERR Protocol error: unauth", "NOAUTH", REDIS_RETRY, "the server wants a password"},
	{"NOAUTH", "NOAUTH", REDIS_RETRY, "the server wants a password"},
	{"WRONGPASS", "WRONGPASS", REDIS_RETRY, "user or password is wrong"},
	{"NOPERM", "NOPERM", REDIS_REFUSED, "the user lacks a right, see docs/redis.md"},
	{"OOM", "OOM", REDIS_RETRY, "the server is at its maxmemory"},
	{"READONLY", "READONLY", REDIS_RETRY, "the server is a replica"},
	{"MASTERDOWN", "MASTERDOWN", REDIS_RETRY, "the server has lost its master"},
	{"NOREPLICAS", "NOREPLICAS", REDIS_RETRY, "the server has too few replicas"},
	{"LOADING", "LOADING", REDIS_RETRY, "the server is still loading its data"},
	{"MISCONF", "MISCONF", REDIS_RETRY, "the server cannot save to its disk"},
	{"BUSY", "BUSY", REDIS_RETRY, "a script keeps the server busy"},
	{"CLUSTERDOWN", "CLUSTERDOWN", REDIS_RETRY, "the cluster is down"},
	{"MOVED", "MOVED", REDIS_REFUSED, "the key lives on another node of the cluster"},
	{"WRONGTYPE", "WRONGTYPE", REDIS_REFUSED, "the key holds another type of value"},
	{"DENIED", "DENIED", REDIS_RETRY, "the server is in protected mode"},
	{"", "unexpected answer", REDIS_REFUSED, "see docs/redis.md"},
};

const struct redis_error *redis_error_find(const char *reply)
{
	const struct redis_error *error = errors;
	while (strncmp(reply, error->begins, strlen(error->begins)) != 0)
		error++;
	return error;
}

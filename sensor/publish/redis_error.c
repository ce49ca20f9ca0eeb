/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/redis_error.h"

#include <string.h>

/* The first that fits counts: longer names before their beginnings. */
static const struct redis_error errors[] = {
	{"ERR The ID specified in XADD", REDIS_DONE, "the entry had been delivered before"},
	{"ERR invalid password", REDIS_RETRY, "user or password is wrong"},
	{"ERR Client sent AUTH", REDIS_RETRY, "a password is given, the server has none set"},
	{"ERR AUTH", REDIS_RETRY, "a password is given, the server has none set"},
	{"ERR DB index", REDIS_RETRY, "the server has no database of this number"},
	{"ERR invalid DB index", REDIS_RETRY, "the server has no database of this number"},
	{"ERR SELECT is not allowed", REDIS_RETRY, "a Redis Cluster has database 0 only"},
	{"ERR unknown command", REDIS_REFUSED, "streams need Redis 5 or newer"},
	{"ERR max number of clients", REDIS_RETRY, "the server has too many clients"},
	{"NOAUTH", REDIS_RETRY, "the server wants a password"},
	{"WRONGPASS", REDIS_RETRY, "user or password is wrong"},
	{"NOPERM", REDIS_REFUSED, "the user lacks a right, see docs/redis.md"},
	{"OOM", REDIS_RETRY, "the server is at its maxmemory"},
	{"READONLY", REDIS_RETRY, "the server is a replica"},
	{"MASTERDOWN", REDIS_RETRY, "the server has lost its master"},
	{"NOREPLICAS", REDIS_RETRY, "the server has too few replicas"},
	{"LOADING", REDIS_RETRY, "the server is still loading its data"},
	{"MISCONF", REDIS_RETRY, "the server cannot save to its disk"},
	{"BUSY", REDIS_RETRY, "a script keeps the server busy"},
	{"CLUSTERDOWN", REDIS_RETRY, "the cluster is down"},
	{"MOVED", REDIS_REFUSED, "the key lives on another node of the cluster"},
	{"WRONGTYPE", REDIS_REFUSED, "the key holds another type of value"},
	{"DENIED", REDIS_RETRY, "the server is in protected mode"},
	{"", REDIS_REFUSED, "unexpected answer"},
};

const struct redis_error *redis_error_find(const char *reply)
{
	const struct redis_error *error = errors;
	while (strncmp(reply, error->name, strlen(error->name)) != 0)
		error++;
	return error;
}

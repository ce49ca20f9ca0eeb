/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WEB_SITE_H
#define WEB_SITE_H
/* The dashboard: its addresses, and what answers them. */
#include "publish/url.h"

#define SITE_PIVOTS_MAX 16
#define SITE_WORKERS 4            /* threads that ask Redis */
#define SITE_CONNECTIONS_MAX 1024 /* the slowest makes room for a further one */
#define SITE_DESCRIPTORS 64       /* for everything else: Redis, those just ended */
#define SITE_LISTENERS_MAX 512    /* browsers on server-sent events; further ones get 503 */
#define SITE_WAITING_MAX 512      /* requests that wait for a worker; further ones get 503 */

/* A link from a flow to another tool. */
struct site_pivot {
	const char *name, *url; /* http or https; {community_id} and the like are filled in */
};

struct site_settings {
	const struct url *redis;
	const char *prefix;
	const char *address; /* numeric */
	unsigned short port;
	const char *token; /* NULL: none, for loopback addresses only */
	const struct site_pivot *pivots;
	unsigned pivot_count;
};

struct site;

/* Listens and follows Redis, which need not be there yet. Everything in `settings` outlives the
 * site. Returns 0; -EACCES when the address needs a token; -EINVAL: no address or no token by the
 * rules of guard.h; or what server_open returns. */
int site_open(const struct site_settings *settings, struct site **ret_site);

/* The port in use. */
unsigned short site_port(const struct site *site);

/* Ends every connection. Accepts NULL. */
void site_close(struct site *site);

#endif

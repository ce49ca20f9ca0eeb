/* SPDX-License-Identifier: Apache-2.0 */
#include "web/site.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/asset.h"
#include "base/log.h"
#include "http/descriptors.h"
#include "http/loopback.h"
#include "web/acks.h"
#include "web/alerts.h"
#include "web/episode_view.h"
#include "web/events.h"
#include "web/guard.h"
#include "web/health.h"
#include "web/overview.h"
#include "web/reply.h"
#include "web/usage_view.h"
#include "web/watcher.h"

struct site {
	struct site_settings settings;
	struct guard guard;
	struct hub *hub;
	struct ledger *ledger;
	struct episodes *episodes;
	struct overview *overview;
	struct watcher *watcher;
	atomic_bool is_connected; /* Redis answers */
	struct server *server;
	struct store *stores[SITE_WORKERS];
};

/* Nothing but our own files runs or is shown; styles set by a script are no inline styles. */
static const char policy[] =
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
	"connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

static void answer_settings(struct site *site, struct request *request, struct answer *ret_answer)
{
	json_t *pivots = json_array();
	(void)request;
	for (unsigned i = 0; i < site->settings.pivot_count; i++)
		json_array_append_new(
			pivots, json_pack("{s:s, s:s}", "name", site->settings.pivots[i].name,
					"url", site->settings.pivots[i].url));
	reply_json(ret_answer, 200,
		json_pack("{s:s, s:o, s:b}", "version", SURGETAP_VERSION, "pivots", pivots,
			"connected", (int)atomic_load(&site->is_connected)));
}

/* For whoever watches over this server: tells nothing that needs a token. */
static void answer_healthz(struct site *site, struct request *request, struct answer *ret_answer)
{
	(void)request;
	if (atomic_load(&site->is_connected))
		answer_text(ret_answer, 200, "ok\n");
	else
		answer_text(ret_answer, 503, "Redis does not answer\n");
}

static void answer_events(struct site *site, struct request *request, struct answer *ret_answer)
{
	events_show(site->hub, request, ret_answer);
}

static void answer_login(struct site *site, struct request *request, struct answer *ret_answer)
{
	guard_login(&site->guard, request, ret_answer);
}

static void answer_overview(struct site *site, struct store *const *stores, size_t worker,
	struct request *request, struct answer *ret_answer)
{
	(void)stores, (void)worker;
	overview_show(site->overview, request, ret_answer);
}

static void answer_series(struct site *site, struct store *const *stores, size_t worker,
	struct request *request, struct answer *ret_answer)
{
	usage_view_series(site->ledger, stores[worker], request, ret_answer);
}

static void answer_alerts(struct site *site, struct store *const *stores, size_t worker,
	struct request *request, struct answer *ret_answer)
{
	(void)site;
	alerts_list(stores[worker], request, ret_answer);
}

static void answer_episodes(struct site *site, struct store *const *stores, size_t worker,
	struct request *request, struct answer *ret_answer)
{
	episode_view_list(site->episodes, stores[worker], request, ret_answer);
}

static void answer_alert(struct site *site, struct store *const *stores, size_t worker,
	struct request *request, struct answer *ret_answer)
{
	(void)site;
	alerts_show(stores[worker], request, ret_answer);
}

static void answer_export(struct site *site, struct store *const *stores, size_t worker,
	struct request *request, struct answer *ret_answer)
{
	(void)site, (void)worker;
	alerts_export(stores, request, ret_answer);
}

static void answer_health(struct site *site, struct store *const *stores, size_t worker,
	struct request *request, struct answer *ret_answer)
{
	struct server_counts counts;
	(void)request;
	server_count(site->server, &counts);
	health_show(stores[worker], &counts, ret_answer);
}

static void answer_ack(struct site *site, struct store *const *stores, size_t worker,
	struct request *request, struct answer *ret_answer)
{
	acks_write(stores[worker], site->hub, site->episodes, request, ret_answer);
	server_wake(site->server);
}

static const struct route {
	const char *method, *path;
	bool is_open; /* to those without the token too */
	/* One of these: without waiting for anything, or by a worker. */
	void (*at_once)(struct site *site, struct request *request, struct answer *ret_answer);
	void (*slowly)(struct site *site, struct store *const *stores, size_t worker,
		struct request *request, struct answer *ret_answer);
} routes[] = {
	{"GET", "/healthz", true, answer_healthz, NULL},
	{"GET", "/api/settings", false, answer_settings, NULL},
	{"GET", "/api/events", false, answer_events, NULL},
	{"POST", "/api/login", true, answer_login, NULL},
	{"GET", "/api/overview", false, NULL, answer_overview},
	{"GET", "/api/series", false, NULL, answer_series},
	{"GET", "/api/alerts", false, NULL, answer_alerts},
	{"GET", "/api/episodes", false, NULL, answer_episodes},
	{"GET", "/api/alert", false, NULL, answer_alert},
	{"GET", "/api/export", false, NULL, answer_export},
	{"GET", "/api/health", false, NULL, answer_health},
	{"POST", "/api/ack", false, NULL, answer_ack},
};
#define ROUTES (sizeof routes / sizeof *routes)

static const char *const types[][2] = {
	{".html", "text/html; charset=utf-8"},
	{".css", "text/css; charset=utf-8"},
	{".js", "text/javascript; charset=utf-8"},
	{".svg", "image/svg+xml"},
};

/* Files are found by name in the table of what is built in; a path never reaches a file system. */
static void answer_file(struct request *request, struct answer *ret_answer)
{
	const char *path = request_path(request), *dot;
	char name[128];
	if (strcmp(path, "/") == 0)
		path = "/index.html";
	snprintf(name, sizeof name, "%s%s", strncmp(path, "/uplot/", 7) == 0 ? "" : "web",
		path + (strncmp(path, "/uplot/", 7) == 0));
	const struct asset *asset = asset_find(name);
	if (!asset) {
		reply_error(ret_answer, 404, "none", "there is nothing at this address");
		return;
	}
	*ret_answer = (struct answer){.status = 200,
		.type = "text/plain; charset=utf-8",
		.bytes = asset->bytes,
		.size = asset->size};
	dot = strrchr(name, '.');
	for (size_t i = 0; dot && i < sizeof types / sizeof *types; i++)
		if (strcmp(dot, types[i][0]) == 0)
			ret_answer->type = types[i][1];
}

static const struct route *find_route(struct request *request)
{
	for (size_t i = 0; i < ROUTES; i++)
		if (strcmp(routes[i].path, request_path(request)) == 0 &&
			strcmp(routes[i].method, request_method(request)) == 0)
			return &routes[i];
	return NULL;
}

static bool is_get(struct request *request)
{
	return strcmp(request_method(request), "GET") == 0 ||
	       strcmp(request_method(request), "HEAD") == 0;
}

/* Every answer carries these. */
static void add_headers(struct answer *answer)
{
	answer_header(answer, "Content-Security-Policy", "%s", policy);
	answer_header(answer, "X-Content-Type-Options", "nosniff");
	answer_header(answer, "Referrer-Policy", "no-referrer");
	answer_header(answer, "Cache-Control", answer->bytes ? "no-cache" : "no-store");
}

static bool answer_at_once(void *user, struct request *request, struct answer *ret_answer)
{
	struct site *site = user;
	const struct route *route = find_route(request);
	if (!guard_knows_host(&site->guard, request))
		reply_error(ret_answer, 421, "host", "this server does not answer to that name");
	else if (!route && is_get(request))
		answer_file(request, ret_answer);
	else if (!route)
		reply_error(ret_answer, 405, "method", "GET only");
	else if (!is_get(request) && !guard_is_own_form(request))
		reply_error(ret_answer, 415, "type", "the body must be application/json");
	else if (!route->is_open && !guard_admits(&site->guard, request))
		reply_error(ret_answer, 401, "token", "a token is needed");
	else if (!route->at_once)
		return false;
	else
		route->at_once(site, request, ret_answer);
	add_headers(ret_answer);
	return true;
}

static void answer_slowly(
	void *user, size_t worker, struct request *request, struct answer *ret_answer)
{
	struct site *site = user;
	find_route(request)->slowly(site, site->stores, worker, request, ret_answer);
	add_headers(ret_answer);
}

static void wake(void *user)
{
	struct site *site = user;
	server_wake(site->server);
}

/* Connections for which there are descriptors beside our own. */
static unsigned count_connections(void)
{
	unsigned descriptors = descriptors_raise(SITE_CONNECTIONS_MAX + SITE_DESCRIPTORS);
	unsigned connections = descriptors > 2 * SITE_DESCRIPTORS ? descriptors - SITE_DESCRIPTORS
								  : SITE_DESCRIPTORS;
	if (connections < SITE_CONNECTIONS_MAX)
		log_warn("dashboard: %u connections at once, not %d: the limit of open files is %u",
			connections, SITE_CONNECTIONS_MAX, descriptors);
	return connections;
}

static int open_server(struct site *site)
{
	const struct server_settings settings = {
		.address = site->settings.address,
		.port = site->settings.port,
		.limits = {.connections = count_connections(),
			.listeners = SITE_LISTENERS_MAX,
			.waiting = SITE_WAITING_MAX,
			.workers = SITE_WORKERS},
		.user = site,
		.answer_at_once = answer_at_once,
		.answer_slowly = answer_slowly,
	};
	return server_open(&settings, &site->server);
}

static int start_watcher(struct site *site)
{
	const struct watcher_settings settings = {
		.url = site->settings.redis,
		.prefix = site->settings.prefix,
		.hub = site->hub,
		.ledger = site->ledger,
		.episodes = site->episodes,
		.wake = wake,
		.user = site,
		.is_connected = &site->is_connected,
	};
	return watcher_start(&settings, &site->watcher);
}

/* Everything that needs no thread. */
static int make_parts(struct site *site)
{
	site->hub = hub_new();
	site->ledger = ledger_new();
	site->episodes = episodes_new();
	site->overview =
		site->ledger && site->episodes ? overview_new(site->ledger, site->episodes) : NULL;
	for (size_t i = 0; i < SITE_WORKERS; i++) {
		site->stores[i] = store_new(site->settings.redis, site->settings.prefix);
		if (!site->stores[i])
			return -ENOMEM;
	}
	return site->hub && site->overview ? 0 : -ENOMEM;
}

int site_open(const struct site_settings *settings, struct site **ret_site)
{
	if (!settings->token && !loopback_is_address(settings->address))
		return -EACCES;
	struct site *site = calloc(1, sizeof *site);
	if (!site)
		return -ENOMEM;
	site->settings = *settings;
	int r = guard_init(&site->guard, settings->token);
	if (r == 0)
		r = make_parts(site);
	if (r == 0)
		r = open_server(site);
	if (r == 0)
		r = start_watcher(site);
	if (r < 0)
		site_close(site);
	else
		*ret_site = site;
	return r;
}

unsigned short site_port(const struct site *site)
{
	return server_port(site->server);
}

void site_close(struct site *site)
{
	if (!site)
		return;
	watcher_stop(site->watcher);
	server_close(site->server);
	for (size_t i = 0; i < SITE_WORKERS; i++)
		store_free(site->stores[i]);
	overview_free(site->overview);
	ledger_free(site->ledger);
	episodes_free(site->episodes);
	hub_free(site->hub);
	explicit_bzero(&site->guard, sizeof site->guard);
	free(site);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"
#include "base/text.h"
#include "commands/commands.h"
#include "commands/usage.h"
#include "http/listen.h"
#include "http/loopback.h"
#include "publish/publisher.h"
#include "web/guard.h"
#include "web/site.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN_VARIABLE "SURGETAP_DASHBOARD_TOKEN"

enum option_key { KEY_REDIS = 256, KEY_LISTEN, KEY_PREFIX, KEY_TOKEN_FILE, KEY_PIVOT, KEY_QUIET };

static const struct argp_option options[] = {
	{.name = "redis",
		.key = KEY_REDIS,
		.arg = "URL",
		.doc = "server to read (default redis://127.0.0.1:6379/0)"},
	{.name = "listen",
		.key = KEY_LISTEN,
		.arg = "ADDR:PORT",
		.doc = "where browsers come in (default 127.0.0.1:8080); port 0: any free one"},
	{.name = "redis-prefix",
		.key = KEY_PREFIX,
		.arg = "TEXT",
		.doc = "begin of all keys (default surgetap:)"},
	{.name = "token-file",
		.key = KEY_TOKEN_FILE,
		.arg = "FILE",
		.doc = "whose first line browsers must know; needed unless ADDR is loopback"},
	{.name = "pivot",
		.key = KEY_PIVOT,
		.arg = "NAME=URL",
		.doc = "link from an example flow to another tool, with {community_id} and the "
		       "like (repeatable)"},
	{.name = "quiet", .key = KEY_QUIET, .doc = "no messages but warnings and errors"},
	{.name = NULL},
};

struct dashboard {
	struct url redis;
	char address[LISTEN_ADDRESS_SIZE];
	char token[GUARD_TOKEN_MAX + 2];
	struct site_pivot pivots[SITE_PIVOTS_MAX];
	struct site_settings settings;
	const char *token_file;
};

static error_t refuse(const char *option, const char *value, const char *wanted)
{
	log_error("dashboard: %s '%s': %s", option, value, wanted);
	return EINVAL;
}

static error_t parse_redis(struct dashboard *dashboard, char *argument)
{
	char reason[URL_REASON_SIZE];
	int r = url_parse(argument, &dashboard->redis, reason);
	url_hide_password(argument);
	return r < 0 ? refuse("--redis", argument, reason) : 0;
}

static error_t parse_listen(struct dashboard *dashboard, const char *argument)
{
	struct listen listen;
	if (listen_parse(argument, &listen) < 0)
		return refuse("--listen", argument,
			"must be ADDR:PORT or [ADDR]:PORT with a numeric address");
	memcpy(dashboard->address, listen.address, sizeof listen.address);
	dashboard->settings.port = listen.port;
	return 0;
}

static error_t parse_pivot(struct dashboard *dashboard, char *argument)
{
	char *equals = strchr(argument, '=');
	if (!equals || equals == argument ||
		(strncmp(equals + 1, "https://", 8) != 0 && strncmp(equals + 1, "http://", 7) != 0))
		return refuse("--pivot", argument, "must be NAME=URL with http or https");
	if (dashboard->settings.pivot_count == SITE_PIVOTS_MAX)
		return refuse("--pivot", argument, "is one too many");
	*equals = '\0';
	dashboard->pivots[dashboard->settings.pivot_count++] =
		(struct site_pivot){.name = argument, .url = equals + 1};
	return 0;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct dashboard *dashboard = state->input;
	switch (key) {
	case KEY_REDIS:
		return parse_redis(dashboard, argument);
	case KEY_LISTEN:
		return parse_listen(dashboard, argument);
	case KEY_PREFIX:
		dashboard->settings.prefix = argument;
		return 0;
	case KEY_TOKEN_FILE:
		dashboard->token_file = argument;
		return 0;
	case KEY_PIVOT:
		return parse_pivot(dashboard, argument);
	case KEY_QUIET:
		log_set_quiet(true);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* From the file, or else from the environment; neither shows in the list of processes. Returns a
 * status. */
static int read_token(struct dashboard *dashboard)
{
	const char *given = getenv(TOKEN_VARIABLE);
	if (dashboard->token_file) {
		FILE *file = fopen(dashboard->token_file, "re");
		if (!file) {
			log_error("%s: %s", dashboard->token_file, strerror(errno));
			return STATUS_FAILURE;
		}
		given = fgets(dashboard->token, sizeof dashboard->token, file);
		fclose(file);
		if (!given)
			given = "";
		dashboard->token[strcspn(dashboard->token, "\r\n")] = '\0';
	} else if (given && *given) {
		text_copy(given, dashboard->token, sizeof dashboard->token);
	} else {
		return STATUS_OK;
	}
	if (strlen(dashboard->token) < GUARD_TOKEN_MIN ||
		strlen(dashboard->token) > GUARD_TOKEN_MAX) {
		log_error("dashboard: a token has %d to %d characters", GUARD_TOKEN_MIN,
			GUARD_TOKEN_MAX);
		return STATUS_USAGE;
	}
	dashboard->settings.token = dashboard->token;
	return STATUS_OK;
}

static int tell_failure(const struct dashboard *dashboard, int r)
{
	const char *address = dashboard->settings.address;
	if (r == -EACCES && !dashboard->settings.token && !loopback_is_address(address)) {
		log_error("dashboard: %s can be reached from other machines: give --token-file, or "
			  "the token in " TOKEN_VARIABLE,
			address);
		return STATUS_USAGE;
	}
	log_error("dashboard: cannot listen on %s port %u: %s", address, dashboard->settings.port,
		strerror(-r));
	return r == -EACCES ? STATUS_PERMISSION : STATUS_FAILURE;
}

/* Serves until the program is told to end. */
static int serve(struct dashboard *dashboard)
{
	struct site *site;
	sigset_t ends;
	int signal_number;
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	/* Before any thread starts, so that none of them takes the signal instead. */
	pthread_sigmask(SIG_BLOCK, &ends, NULL);
	signal(SIGPIPE, SIG_IGN);
	int r = site_open(&dashboard->settings, &site);
	if (r < 0)
		return tell_failure(dashboard, r);
	bool is_six = strchr(dashboard->address, ':') != NULL;
	log_info("dashboard: http://%s%s%s:%u/", is_six ? "[" : "", dashboard->address,
		is_six ? "]" : "", site_port(site));
	sigwait(&ends, &signal_number);
	site_close(site);
	return STATUS_OK;
}

int command_dashboard(int argc, char **argv)
{
	static const struct argp argp = {.options = options, .parser = parse_option};
	struct dashboard dashboard = {
		.address = "127.0.0.1", .settings = {.prefix = "surgetap:", .port = 8080}};
	char reason[URL_REASON_SIZE];
	dashboard.settings.redis = &dashboard.redis;
	dashboard.settings.address = dashboard.address;
	dashboard.settings.pivots = dashboard.pivots;
	url_parse("redis://127.0.0.1:6379/0", &dashboard.redis, reason);
	int status = usage_parse(argc, argv, "dashboard", &argp, &dashboard);
	if (status)
		return status;
	const char *password = getenv(PUBLISHER_PASSWORD_VARIABLE);
	if (password && !*dashboard.redis.password)
		text_copy(password, dashboard.redis.password, sizeof dashboard.redis.password);
	status = read_token(&dashboard);
	if (status == STATUS_OK)
		status = serve(&dashboard);
	explicit_bzero(&dashboard, sizeof dashboard);
	return status;
}

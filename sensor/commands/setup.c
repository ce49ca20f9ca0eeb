/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/setup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "commands/commands.h"

static const char *const private_ranges[] = {
	"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"};
static const char *const everything[] = {"0.0.0.0/0=all", "::/0=all"};

static void tell_warning(void *argument, const char *plugin, const char *where, const char *message)
{
	(void)argument;
	log_warn("plugin %s: %s%s%s", plugin, where ? where : "", where ? ": " : "", message);
}

static void tell_failure(void *argument, const char *plugin, const char *where, const char *message)
{
	(void)argument;
	log_error("plugin %s: %s%s%s", plugin, where ? where : "", where ? ": " : "", message);
}

static void tell_database(void *argument, const char *place, const char *message)
{
	(void)argument;
	log_error("%s: %s", place, message);
}

static int add_ranges(struct ranges *ranges, const char *const *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int error = ranges_add(ranges, items[i]);
		if (error < 0) {
			log_error("watch %s: %s", items[i],
				error == -EINVAL ? "not CIDR or CIDR=NAME" : strerror(-error));
			return STATUS_CONFIG;
		}
	}
	return 0;
}

static int open_ranges(
	const struct config *config, enum setup_default otherwise, struct setup *setup)
{
	int status;
	if (ranges_new(&setup->ranges) < 0) {
		log_error("out of memory");
		return STATUS_FAILURE;
	}
	if (config->watch.count > 0) {
		status = add_ranges(setup->ranges, (const char *const *)config->watch.items,
			config->watch.count);
	} else if (otherwise == SETUP_WATCH_EVERYTHING) {
		status = add_ranges(setup->ranges, everything, 2);
	} else {
		log_info("no --watch given: watching the private ranges 10.0.0.0/8, "
			 "172.16.0.0/12, 192.168.0.0/16 (RFC 1918) and fc00::/7 (RFC 4193)");
		status = add_ranges(setup->ranges, private_ranges, 4);
	}
	if (status)
		return status;
	int error = ranges_finish(setup->ranges);
	if (error == 0)
		return 0;
	log_error("watch: %s",
		error == -EEXIST ? "two ranges claim the same prefix" : strerror(-error));
	return error == -EEXIST ? STATUS_CONFIG : STATUS_FAILURE;
}

int setup_plugins(const struct config *config, const struct plugins *running, struct setup *setup)
{
	static const struct plugins_listener listener = {tell_warning, tell_failure, NULL};
	size_t count = 0;
	if (config_split_plugin_options(config, &setup->settings, &count) < 0) {
		log_error("out of memory");
		return STATUS_FAILURE;
	}
	int error = running ? plugins_load_anew(
				      &listener, running, setup->settings, count, &setup->plugins)
			    : plugins_load(&listener, config->plugin.items, config->plugin.count,
				      setup->settings, count, &setup->plugins);
	return error == 0 ? 0 : error == -ENOMEM ? STATUS_FAILURE : STATUS_CONFIG;
}

static int open_geoip(const struct config *config, struct setup *setup)
{
	static const struct geoip_listener listener = {tell_database, NULL};
	if (!config->geoip_asn && !config->geoip_country && !config->networks)
		return 0;
	int error = geoip_new(&listener, config->geoip_asn, config->geoip_country, config->networks,
		&setup->geoip);
	return error == 0 ? 0 : error == -ENOMEM ? STATUS_FAILURE : STATUS_CONFIG;
}

/* Alerts tell how old the places are. */
static void note_age(struct plugins *plugins, const char *name, int64_t built_s)
{
	time_t built = (time_t)built_s;
	struct tm day;
	char text[32];
	if (built_s == 0 || !gmtime_r(&built, &day))
		return;
	strftime(text, sizeof text, "built %Y-%m-%d", &day);
	plugins_note_list(plugins, name, text);
}

static void note_databases(struct setup *setup)
{
	if (!setup->geoip)
		return;
	note_age(setup->plugins, "geoip_asn", geoip_asn_built_s(setup->geoip));
	note_age(setup->plugins, "geoip_country", geoip_country_built_s(setup->geoip));
}

int setup_open(const struct config *config, enum setup_default otherwise,
	const struct plugins *running, struct setup *ret_setup)
{
	struct setup setup = {0};
	int status = open_ranges(config, otherwise, &setup);
	if (status == 0)
		status = setup_plugins(config, running, &setup);
	if (status == 0)
		status = open_geoip(config, &setup);
	if (status) {
		setup_close(&setup);
		return status;
	}
	note_databases(&setup);
	*ret_setup = setup;
	return 0;
}

void setup_close(struct setup *setup)
{
	geoip_free(setup->geoip);
	plugins_free(setup->plugins);
	free(setup->settings);
	ranges_free(setup->ranges);
	*setup = (struct setup){0};
}

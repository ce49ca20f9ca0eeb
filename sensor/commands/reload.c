/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/reload.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "commands/commands.h"
#include "commands/watched_prefixes.h"

struct reload {
	struct reload_settings settings;
	struct edition *first;   /* strings of its configuration serve the whole run */
	struct edition *edition; /* in use */
	struct edition
		*former; /* may still be in use, until the pipeline has passed on; NULL none */
	struct reload_stats stats;
	bool is_asked;
	int64_t looked_s; /* monotonic: the latest look at the files */
	bool is_restless; /* a file was being written then */
	/* The reading, on its thread; the rest is not touched meanwhile. */
	pthread_t thread;
	bool is_reading;
	bool is_config; /* the configuration too, not the files alone */
	atomic_bool is_read;
	struct edition *next;
	int status;
};

int reload_new(const struct reload_settings *settings, struct reload **ret_reload)
{
	struct reload *reload = calloc(1, sizeof *reload);
	if (!reload)
		return -ENOMEM;
	reload->settings = *settings;
	reload->first = reload->edition = settings->first;
	*ret_reload = reload;
	return 0;
}

static int64_t seconds_of(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return now.tv_sec;
}

static void *read_anew(void *argument)
{
	struct reload *reload = argument;
	reload->status = edition_read_anew(reload->settings.argc,
		reload->is_config ? reload->settings.argv : NULL, reload->first, reload->edition,
		&reload->next);
	atomic_store(&reload->is_read, true);
	return NULL;
}

static void refuse(struct reload *reload, const char *why)
{
	reload->stats.refused++;
	log_error(
		"not taken over%s%s: the sensor goes on as it is", why ? ": " : "", why ? why : "");
	notify_ready(reload->settings.notify, reload->settings.status);
}

static void begin_reading(struct reload *reload, bool is_config)
{
	reload->is_config = is_config;
	reload->next = NULL;
	atomic_store(&reload->is_read, false);
	notify_reloading(reload->settings.notify);
	/* A file that is refused now is read again when it changes again. */
	list_files_accept(&reload->edition->files);
	int error = pthread_create(&reload->thread, NULL, read_anew, reload);
	reload->is_reading = error == 0;
	if (error)
		refuse(reload, strerror(error));
}

static int set_filter(const struct reload *reload, const struct edition *edition)
{
	struct filter_sample sample = watched_sample(&edition->sample);
	struct capture_live_settings settings = {
		.sample = &sample,
		.snaplen = (uint32_t)reload->first->config.snaplen,
		.filter = edition->config.filter,
		.prefixes = edition->prefixes,
		.prefix_count = edition->prefix_count,
	};
	return capture_set_filter(reload->settings.capture, &settings);
}

static void tell_ranges(const struct ranges *former, const struct ranges *next)
{
	uint32_t gone = 0, kept = 0;
	for (uint32_t i = 0; i < ranges_count(former); i++) {
		bool is_kept = ranges_find_name(next, ranges_name(former, i)) != RANGE_NONE;
		kept += is_kept;
		gone += !is_kept;
	}
	log_info("in use now: %u ranges watched, %u of them new, %u gone", ranges_count(next),
		ranges_count(next) - kept, gone);
}

static void take_over(struct reload *reload, struct edition *next)
{
	struct rules rules = edition_rules(next);
	int error = set_filter(reload, next);
	if (error == 0)
		error = pipeline_change_rules(reload->settings.pipeline, &rules);
	if (error < 0) {
		set_filter(reload, reload->edition);
		edition_free(next);
		refuse(reload, strerror(-error));
		return;
	}
	tell_ranges(reload->edition->setup.ranges, next->setup.ranges);
	reload->former = reload->edition;
	reload->edition = next;
	reload->stats.taken++;
	reload->stats.last_s = seconds_of(CLOCK_REALTIME);
	notify_ready(reload->settings.notify, reload->settings.status);
}

static void end_reading(struct reload *reload)
{
	if (!atomic_load(&reload->is_read))
		return;
	pthread_join(reload->thread, NULL);
	reload->is_reading = false;
	if (reload->status == STATUS_OK)
		take_over(reload, reload->next);
	else
		refuse(reload, NULL);
}

static void retire_former(struct reload *reload)
{
	if (!reload->former || pipeline_is_changing(reload->settings.pipeline))
		return;
	if (reload->former == reload->first)
		setup_close(&reload->first->setup);
	else
		edition_free(reload->former);
	reload->former = NULL;
}

static const char *find_changed_file(struct reload *reload)
{
	int64_t now_s = seconds_of(CLOCK_MONOTONIC);
	if (!reload->is_restless && now_s - reload->looked_s < RELOAD_LOOK_S)
		return NULL;
	reload->looked_s = now_s;
	return list_files_look(&reload->edition->files, &reload->is_restless);
}

void reload_tick(struct reload *reload, bool is_asked)
{
	reload->is_asked |= is_asked;
	retire_former(reload);
	if (reload->is_reading) {
		end_reading(reload);
		return;
	}
	if (reload->former)
		return;
	if (reload->is_asked) {
		reload->is_asked = false;
		log_info("SIGHUP: the configuration is read anew");
		begin_reading(reload, true);
		return;
	}
	const char *changed = find_changed_file(reload);
	if (changed) {
		log_info("%s has changed: it is read anew", changed);
		begin_reading(reload, false);
	}
}

const struct edition *reload_edition(const struct reload *reload)
{
	return reload->edition;
}

void reload_stats(const struct reload *reload, struct reload_stats *ret_stats)
{
	*ret_stats = reload->stats;
}

void reload_free(struct reload *reload)
{
	if (!reload)
		return;
	if (reload->is_reading) {
		pthread_join(reload->thread, NULL);
		edition_free(reload->next);
	}
	if (reload->former != reload->first)
		edition_free(reload->former);
	if (reload->edition != reload->first)
		edition_free(reload->edition);
	edition_free(reload->first);
	free(reload);
}

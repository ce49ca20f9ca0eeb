/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/privilege.h"
#include "base/sandbox.h"
#include "commands/commands.h"
#include "commands/output.h"
#include "commands/profile.h"
#include "commands/tap.h"
#include "commands/watched_prefixes.h"
#include "packet/decode.h"

#define NAMES_SIZE 256
#define SNAPLEN_FOR_DPI 1514 /* an Ethernet frame: a TLS ClientHello fills it */
#define MIB (1024u * 1024u)
#define CLOCK_AHEAD_MAX_S 86400 /* what was kept may be ahead of this clock by so much */

/* Everything that a live sensor holds, in the order in which it is opened. */
struct run {
	struct edition *first; /* the reload's, once that is made */
	struct reload *reload;
	struct privilege_user user;
	struct capture *capture;
	struct outlet outlet;
	FILE *stats; /* NULL none */
	struct pipeline *pipeline;
	struct exporter *exporter; /* NULL none */
	struct notify notify;
	char names[NAMES_SIZE]; /* of the interfaces */
	int argc;
	char **argv; /* to be read again by the reload */
};

static void tell_fault(void *argument, const char *place, const char *message)
{
	(void)argument;
	log_error("%s: %s", place, message);
}

static void tell_note(void *argument, const char *interface, const char *message)
{
	(void)argument;
	log_warn("%s: %s", interface, message);
}

static void join_names(const struct config_list *list, char names[NAMES_SIZE])
{
	names[0] = '\0';
	for (size_t i = 0; i < list->count; i++) {
		size_t length = strlen(names);
		snprintf(names + length, NAMES_SIZE - length, "%s%s", i ? "," : "", list->items[i]);
	}
}

/* Needs CAP_NET_RAW. */
static int open_capture(struct run *run)
{
	static const struct capture_listener listener = {tell_fault, NULL};
	const struct config *config = &run->first->config;
	struct capture_live_settings settings = {
		.interfaces = config->interface.items,
		.interface_count = config->interface.count,
		.snaplen = (uint32_t)config->snaplen,
		.readers = (uint32_t)config->workers,
		.ring_bytes = (uint32_t)config->ring_size * MIB,
		.is_promiscuous = config->promiscuous,
		.filter = config->filter,
		.prefixes = run->first->prefixes,
		.prefix_count = run->first->prefix_count,
		.is_link_supported = decode_knows_link,
		.note = tell_note,
	};
	struct filter_sample sample = watched_sample(&run->first->sample);
	settings.sample = &sample;
	if (config->snaplen < SNAPLEN_FOR_DPI)
		log_warn("snaplen %llu cuts full packets: less than %d bytes of one may be too "
			 "little to recognise its protocol",
			(unsigned long long)config->snaplen, SNAPLEN_FOR_DPI);
	int error = capture_open_live(&listener, &settings, &run->capture);
	if (error == -EPERM)
		return STATUS_PERMISSION;
	return error == 0 ? 0 : error == -EINVAL ? STATUS_CONFIG : STATUS_FAILURE;
}

/* As the user who started the program. */
static int open_outputs(struct run *run)
{
	const struct config *config = &run->first->config;
	int status = outlet_open(config, run->names, true, &run->outlet);
	return status ? status : output_open(config->stats, &run->stats);
}

static int fail_privileges(const char *what, int error)
{
	log_error("%s: %s", what, strerror(-error));
	return STATUS_PERMISSION;
}

/* Opens all that needs privileges, and gives them up on the way. */
static int open_and_drop(struct run *run)
{
	const struct config *config = &run->first->config;
	char reason[PRIVILEGE_REASON_SIZE] = "";
	int error = privilege_find_user(config->user, &run->user, reason);
	if (error < 0) {
		log_error("user %s: %s", config->user ? config->user : "nobody", reason);
		return error == -EPERM ? STATUS_PERMISSION : STATUS_CONFIG;
	}
	int status = open_capture(run);
	if (status)
		return status;
	error = privilege_shrink(&run->user);
	if (error < 0)
		return fail_privileges("cannot give capabilities up", error);
	status = open_outputs(run);
	if (status)
		return status;
	notify_open(&run->notify);
	error = privilege_drop(&run->user);
	if (error < 0)
		return fail_privileges("cannot drop privileges", error);
	error = sandbox_enter();
	if (error < 0)
		return fail_privileges("cannot install the seccomp filter", error);
	if (config->redis && config->state && access(config->state, W_OK) < 0) {
		log_error("state %s: not writable for user %s: %s", config->state, run->user.name,
			strerror(errno));
		return STATUS_PERMISSION;
	}
	/* The spool is written to for as long as the sensor runs: it must belong to this user. */
	return outlet_start(&run->outlet);
}

/* Whoever sends packets must not be able to guess where they end up in a table. */
static int make_seeds(struct pipeline_settings *settings)
{
	uint64_t seeds[2];
	if (getrandom(seeds, sizeof seeds, 0) != sizeof seeds)
		return -errno;
	settings->worker.seed = seeds[0];
	settings->worker.host_seed = settings->analyst.host_seed = seeds[1];
	return 0;
}

static int open_pipeline(struct run *run, struct tap *tap)
{
	struct pipeline_settings settings;
	feed_plan(&run->first->config, &run->first->setup, &settings);
	settings.worker.sample = run->first->sample;
	settings.analyst.listener = outlet_listener(&run->outlet);
	settings.listener = (struct pipeline_listener){tap_hear_second, tap};
	settings.readers = capture_readers(run->capture);
	settings.is_live = true;
	settings.latest_us = ((int64_t)time(NULL) + CLOCK_AHEAD_MAX_S) * CLOCK_SECOND_US;
	int error = make_seeds(&settings);
	if (error == 0)
		error = pipeline_new(&settings, &run->pipeline);
	if (error == 0)
		return 0;
	log_error("cannot start: %s", strerror(-error));
	return STATUS_FAILURE;
}

static int open_reload(struct run *run)
{
	struct reload_settings settings = {
		.argc = run->argc,
		.argv = run->argv,
		.first = run->first,
		.pipeline = run->pipeline,
		.capture = run->capture,
		.notify = &run->notify,
		.status = run->names,
	};
	if (reload_new(&settings, &run->reload) == 0)
		return STATUS_OK;
	log_error("out of memory");
	return STATUS_FAILURE;
}

static int open_exporter(struct run *run)
{
	const char *where = run->first->config.metrics;
	struct listen listen;
	if (!where || listen_parse(where, &listen) < 0)
		return STATUS_OK;
	int error = exporter_open(&listen, &run->exporter);
	if (error < 0) {
		log_error("metrics %s: %s", where, strerror(-error));
		return error == -EACCES ? STATUS_PERMISSION : STATUS_FAILURE;
	}
	log_info("metrics: http://%s/metrics", where);
	return STATUS_OK;
}

static double monotonic_s(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int finish(struct run *run, double start_s)
{
	struct feed_result result = {.wall_s = 0};
	struct publisher_stats delivered;
	const struct config *config = &run->first->config;
	const struct technique_table *techniques =
		&reload_edition(run->reload)->setup.plugins->techniques;
	pipeline_finish(run->pipeline);
	pipeline_stats(run->pipeline, &result.pipeline);
	pipeline_times(run->pipeline, &result.times);
	capture_stats(run->capture, &result.capture);
	result.wall_s = monotonic_s() - start_s;
	int status = result.pipeline.judged.unsaved > 0 ? STATUS_FAILURE : STATUS_OK;
	status = outlet_deliver(&run->outlet, status);
	publisher_stats(run->outlet.publisher, &delivered);
	int error =
		stats_file_write(run->stats, &result, techniques, &run->outlet.alerts, &delivered);
	status = output_close(run->stats, config->stats, error, status);
	run->stats = NULL;
	if (config->profile)
		profile_print(&result, stderr);
	if (!config->quiet)
		summary_print(&run->outlet.summary, &result, stderr);
	if (status == STATUS_OK && config->fail_on_alert && run->outlet.alerts.open > 0)
		status = STATUS_ALERTS;
	return status;
}

static int listen_until_signal(struct run *run)
{
	struct tap tap = {.config = &run->first->config,
		.capture = run->capture,
		.outlet = &run->outlet,
		.notify = &run->notify};
	double start_s = monotonic_s();
	tap_catch_signals();
	int status = open_pipeline(run, &tap);
	if (status == STATUS_OK)
		status = open_reload(run);
	if (status == STATUS_OK)
		status = open_exporter(run);
	if (status)
		return status;
	tap.pipeline = run->pipeline;
	tap.reload = run->reload;
	tap.exporter = run->exporter;
	tap.interface = run->names;
	if (capture_readers(run->capture) > 1)
		log_info("%u readers share the packets of %s", capture_readers(run->capture),
			run->names);
	log_info("listening on %s%s%s", run->names, run->user.is_change ? " as user " : "",
		run->user.is_change ? run->user.name : "");
	if (run->first->sample.limit > 0)
		log_info("alerts are compared with %.3g %% of the hosts that are not watched",
			100 * run->first->config.control_sample);
	notify_ready(&run->notify, run->names);
	int error = tap_run(&tap);
	if (error < 0)
		log_error("cannot read: %s", strerror(-error));
	status = finish(run, start_s);
	return error < 0 ? STATUS_FAILURE : status;
}

static int run_live(struct run *run)
{
	int status = edition_set_up(run->first, NULL);
	if (status)
		return status;
	join_names(&run->first->config.interface, run->names);
	run->notify.socket = -1;
	status = open_and_drop(run);
	if (status == STATUS_OK)
		status = listen_until_signal(run);
	exporter_close(run->exporter);
	pipeline_free(run->pipeline);
	output_close(run->stats, run->first->config.stats, 0, status);
	outlet_close(&run->outlet);
	if (run->capture)
		capture_close(run->capture);
	notify_close(&run->notify);
	return status;
}

/* Every packet of an interface that is opened twice would count twice. Returns its name, or NULL.
 */
static const char *find_double(const struct config_list *interfaces)
{
	for (size_t i = 0; i < interfaces->count; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(interfaces->items[i], interfaces->items[j]) == 0)
				return interfaces->items[i];
	return NULL;
}

int command_run(int argc, char **argv)
{
	static struct run run; /* large, and there is one */
	char **words = NULL;
	size_t count = 0;
	run.argc = argc;
	run.argv = argv;
	int status = edition_open(argc, argv, &run.first, &words, &count);
	if (status)
		return status;
	if (count > 0) {
		log_error("unexpected word '%s': run takes interfaces with -i", words[0]);
		status = STATUS_USAGE;
	} else if (run.first->config.interface.count == 0) {
		log_error("no interface given, see 'surgetap run --help'");
		status = STATUS_USAGE;
	} else if (find_double(&run.first->config.interface)) {
		log_error("interface %s is given twice", find_double(&run.first->config.interface));
		status = STATUS_USAGE;
	} else {
		status = run_live(&run);
	}
	if (run.reload)
		reload_free(run.reload);
	else
		edition_free(run.first);
	return status;
}

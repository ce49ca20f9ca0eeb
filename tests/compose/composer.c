/* SPDX-License-Identifier: Apache-2.0 */
#include "composer.h"
#include "agenda.h"
#include "kind.h"
#include "moment.h"
#include "progress.h"
#include "timeline.h"

#include <errno.h>
#include <stdlib.h>

/* The ephemeral ports of Linux. Each watched host counts through them, so that a 5-tuple comes back
 * after 28,000 flows of that host at the earliest. */
#define EPHEMERAL_FIRST 32768
#define EPHEMERAL_COUNT 28232

struct composer {
	const struct scenario *scenario;
	const struct composer_options *options;
	struct writer *writer;
	struct complaint *complaint;
	struct agenda agenda;
	struct kind *kinds;
	uint16_t *
		*ports; /* for each range and host the last ephemeral port, less EPHEMERAL_FIRST */
	struct composer_result result;
};

static void composer_done(struct composer *composer)
{
	for (unsigned i = 0; composer->kinds && i < composer->scenario->kinds_count; i++)
		kind_done(&composer->kinds[i]);
	for (unsigned i = 0; composer->ports && i < composer->scenario->watched_count; i++)
		free(composer->ports[i]);
	free(composer->kinds);
	free(composer->ports);
	agenda_done(&composer->agenda);
}

static int init_ports(struct composer *composer)
{
	const struct scenario *scenario = composer->scenario;
	struct random_stream random;

	for (unsigned i = 0; i < scenario->watched_count; i++) {
		uint32_t hosts = scenario->watched[i].hosts;
		composer->ports[i] = calloc(hosts, sizeof(**composer->ports));
		if (!composer->ports[i])
			return -ENOMEM;
		random_init(&random, scenario->seed, scenario->watched[i].name);
		for (uint32_t host = 0; host < hosts; host++)
			composer->ports[i][host] = (uint16_t)random_below(&random, EPHEMERAL_COUNT);
	}
	return 0;
}

static int composer_init(struct composer *composer)
{
	const struct scenario *scenario = composer->scenario;

	composer->kinds = calloc(scenario->kinds_count, sizeof(*composer->kinds));
	composer->ports = calloc(scenario->watched_count, sizeof(*composer->ports));
	if (!composer->kinds || !composer->ports || init_ports(composer))
		return complain(composer->complaint, ENOMEM, "out of memory");
	for (unsigned i = 0; i < scenario->kinds_count; i++) {
		int r = kind_init(
			&composer->kinds[i], scenario, &scenario->kinds[i], composer->complaint);
		if (r)
			return r;
	}
	return 0;
}

/* The peer's address: one of those laid out over the scenario's prefixes, or the captured server's.
 */
static struct address choose_peer(struct kind *kind, const struct template *template)
{
	const struct scenario_kind *given = kind->given;

	if (!given->peers_count)
		return template->server;
	uint64_t peer = random_below(&kind->random, given->peer_hosts);
	const struct prefix *prefix = &given->peer_prefixes[peer % given->peers_count];
	uint64_t room = prefix_host_max(prefix);
	uint64_t each = (given->peer_hosts + given->peers_count - 1) / given->peers_count;
	if (each > room)
		each = room;
	return prefix_host(prefix, peer / given->peers_count % each, each);
}

static uint16_t next_port(
	struct composer *composer, const struct scenario_range *range, uint32_t host)
{
	uint16_t *port = &composer->ports[range - composer->scenario->watched][host];

	*port = (uint16_t)((*port + 1) % EPHEMERAL_COUNT);
	return EPHEMERAL_FIRST + *port;
}

static int start_flow(struct composer *composer, struct kind *kind, const struct kind_start *start)
{
	const struct scenario_kind *given = kind->given;
	const struct scenario_range *range = given->range;
	const struct template *template =
		&kind->templates.flows[kind->template_next++ % kind->templates.count];
	struct address host = prefix_host(&range->prefix, start->client, range->hosts);
	struct address peer = choose_peer(kind, template);
	uint64_t ids = random_next(&kind->random);
	struct flow flow = {
		.template = template,
		.start_us = start->time_us,
		.order = composer->result.flows,
		.client = given->inbound ? peer : host,
		.server = given->inbound ? host : peer,
		.client_port = next_port(composer, range, start->client),
		.server_port = given->server_port ? given->server_port : template->server_port,
		.ip_ids = {(uint16_t)ids, (uint16_t)(ids >> 16)},
		.unanswered = given->unanswered,
	};

	composer->result.flows++;
	if (!flow_begin(&flow))
		return 0;
	int r = agenda_add(&composer->agenda, &flow);
	if (r)
		return complain(composer->complaint, -r, "kind %s: too many flows in progress",
			given->name);
	return 0;
}

static int write_packet(struct composer *composer)
{
	struct flow *flow = agenda_first(&composer->agenda);
	int64_t stamp_us;
	uint8_t *frame;

	if (timeline_stamp(composer->scenario, flow_due_us(flow), &stamp_us)) {
		int r = writer_add_frame(composer->writer, stamp_us, flow_frame_bytes(flow), &frame,
			composer->complaint);
		if (r)
			return r;
		flow_write_frame(flow, frame);
	} else {
		composer->result.missing++;
	}
	if (flow_advance(flow))
		agenda_resort_first(&composer->agenda);
	else
		agenda_drop_first(&composer->agenda);
	return 0;
}

/* Writes every packet of the flows in progress that is due before `time_us`. */
static int write_until(struct composer *composer, int64_t time_us)
{
	const struct flow *flow;
	int r = 0;

	while (!r && (flow = agenda_first(&composer->agenda)) && flow_due_us(flow) < time_us)
		r = write_packet(composer);
	return r;
}

/* The kind whose next start comes first; of several the one listed first. */
static struct kind *next_kind(const struct composer *composer)
{
	struct kind *first = NULL;

	for (unsigned i = 0; i < composer->scenario->kinds_count; i++) {
		struct kind *kind = &composer->kinds[i];
		if (kind_next_start(kind) && (!first || kind_next_start(kind)->time_us <
								kind_next_start(first)->time_us))
			first = kind;
	}
	return first;
}

static int plan_hour(struct composer *composer, int64_t hour_us)
{
	FILE *truth = composer->options->truth;
	char text[MOMENT_TEXT_SIZE];

	for (unsigned i = 0; i < composer->scenario->kinds_count; i++) {
		struct kind *kind = &composer->kinds[i];
		int r = kind_plan_hour(kind, hour_us, composer->complaint);
		if (r)
			return r;
		if (truth)
			fprintf(truth, "%s,%s,%zu,%u\n", moment_format(hour_us, text),
				kind->given->name, kind->starts_count, kind->hour_hosts);
	}
	return 0;
}

static int compose_hour(struct composer *composer, int64_t hour_us)
{
	struct kind *kind;
	int r = plan_hour(composer, hour_us);

	while (!r && (kind = next_kind(composer))) {
		const struct kind_start *start = kind_next_start(kind);
		r = write_until(composer, start->time_us);
		if (!r)
			r = start_flow(composer, kind, start);
		kind_advance(kind);
	}
	return r;
}

int composer_run(const struct scenario *scenario, const struct composer_options *options,
	struct writer *writer, struct composer_result *ret_result, struct complaint *complaint)
{
	struct composer composer = {
		.scenario = scenario, .options = options, .writer = writer, .complaint = complaint};
	struct progress progress;
	int r = composer_init(&composer);

	progress_begin(&progress, options->progress);
	if (options->truth && !r)
		fputs("time,kind,flows,hosts\n", options->truth);
	int64_t hour_us = scenario->start_us - scenario->start_us % HOUR_US;
	for (; !r && hour_us < scenario->end_us; hour_us += HOUR_US) {
		progress_show(&progress, hour_us - scenario->start_us,
			scenario->end_us - scenario->start_us);
		r = compose_hour(&composer, hour_us);
	}
	if (!r)
		r = write_until(&composer, INT64_MAX);
	progress_end(&progress);
	if (!r && options->truth && (fflush(options->truth) || ferror(options->truth)))
		r = complain(complaint, EIO, "the truth file can not be written");
	*ret_result = composer.result;
	composer_done(&composer);
	return r;
}

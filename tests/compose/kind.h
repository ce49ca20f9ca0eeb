/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPOSE_KIND_H
#define COMPOSE_KIND_H
/* A kind of traffic at work: which flows it starts, when, by whom. */
#include "noise.h"
#include "template.h"

/* A flow to come. */
struct kind_start {
	int64_t time_us;
	uint32_t client; /* index of a host of the kind's range */
};

struct kind {
	const struct scenario *scenario;
	const struct scenario_kind *given;
	struct template_set templates;
	size_t template_next; /* templates take turns */
	struct random_stream random;
	struct noise noise;
	uint32_t *clients;     /* the range's hosts in the kind's order */
	int64_t *client_hours; /* for each host the hour it was last planned for */
	struct kind_start *starts;
	size_t starts_count, starts_capacity, starts_done;
	uint32_t hour_hosts; /* distinct clients of the planned hour */
};

/* Loads the templates and seeds the randomness. Returns 0 or -errno with `complaint` filled;
 * kind_done() is due in either case. */
int kind_init(struct kind *kind, const struct scenario *scenario, const struct scenario_kind *given,
	struct complaint *complaint);

void kind_done(struct kind *kind);

/*
 * Plans the starts of the hour beginning at `hour_us`, in order of time; earlier plans are gone.
 * The hour falls into pieces within which no jump begins or ends. A piece has noise_count() flows,
 * dealt in turn to noise_count() distinct clients. Flows of even kinds also end within their piece,
 * so that none of them counts in the next hour too. Returns 0, -ENOMEM, or -E2BIG for more than
 * SCENARIO_FLOWS_MAX flows.
 */
int kind_plan_hour(struct kind *kind, int64_t hour_us, struct complaint *complaint);

/* The next start of the planned hour, or NULL. kind_advance() goes on to the one after it. */
const struct kind_start *kind_next_start(const struct kind *kind);
void kind_advance(struct kind *kind);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PIPELINE_ANALYST_H
#define PIPELINE_ANALYST_H
/*
 * From closed minutes to alerts: merges the workers' meters, adds minutes up to hours, days and
 * weeks, has the ranges judged in each. Does no I/O: alerts
 * and usage go to a listener. The control group is judged like a range, and raises no alerts: those
 * of the ranges are held against it.
 */
#include "alert/explain.h"
#include "pipeline/buckets.h"
#include "pipeline/rules.h"

#define ANALYST_COVERAGE_MIN 0.5 /* a bucket seen less than half says nothing about hosts */

/* A closed bucket of one range. */
struct analyst_usage {
	const char *range;
	int64_t start_s;
	int64_t since_s; /* where what this run, or the one that it goes on with, saw of it begins
			  */
	uint32_t scale_s;
	bool is_over; /* false: see analyst_leave */
	double coverage;
	const struct meter_range *counts; /* NULL: no traffic in this bucket */
	const struct technique_table *techniques;
};

struct analyst_listener {
	void (*alert)(void *argument, const struct alert *alert);
	void (*usage)(void *argument, const struct analyst_usage *usage);
	void *argument;
};

struct analyst_settings {
	const struct ranges *ranges;
	const struct plugins *plugins;
	struct geoip *geoip;    /* NULL none */
	double alarms_per_year; /* for the whole sensor */
	uint64_t host_seed;     /* as in the workers */
	uint32_t control_limit; /* of the control group's sample; 0: there is none */
	struct analyst_listener listener;
};

struct analyst;

/* Returns 0, -ENOMEM, or -EINVAL for alarms_per_year out of bounds. */
int analyst_new(const struct analyst_settings *settings, struct analyst **ret_analyst);
void analyst_free(struct analyst *analyst);

/* Takes the workers' meters of the minute that begins at `start_s` (Unix, a multiple of 60) and
 * clears them. `coverage` 0..1 is the part of the minute that was seen. Minutes come in ascending
 * order; those left out are a gap, in which nothing was seen. */
void analyst_take_minute(struct analyst *analyst, int64_t start_s, double coverage,
	struct meter *const *meters, uint32_t count);

/*
 * Judges by other rules from now on, between two minutes. Detectors and what was counted of ranges
 * of the same name go on; detectors of other ranges wait (see shelf.h) until they come back. A
 * range that is new was seen in the buckets under way only from change->time_us on, which lowers
 * its coverage. The former rules are not used any more.
 */
void analyst_change_rules(struct analyst *analyst, const struct rules_change *change);

/* As analyst_take_minute for a minute that is not over: nothing is closed, what comes of it later
 * is added. Its coverage comes with the rest of it. */
void analyst_keep_minute(
	struct analyst *analyst, int64_t start_s, struct meter *const *meters, uint32_t count);

/* Its settings, as they are now. */
const struct analyst_settings *analyst_settings(const struct analyst *analyst);

/* Closes what is open: the last hour, day and week end with what was seen of them. */
void analyst_finish(struct analyst *analyst);

/* Packs all that was learnt and counted: for each range with traffic its detectors, episodes under
 * way included, and the buckets under way of all scales. */
void analyst_save(const struct analyst *analyst, struct pack_writer *writer);

/* Ends a run that another one is to go on with, after analyst_save: tells the usage of the hour,
 * day and week under way as far as it was seen, `coverage` 0..1 of the minute that was kept
 * included. Nothing is judged, and the minute is not told: that is for the run in which they end.
 */
void analyst_leave(struct analyst *analyst, double coverage);

/*
 * Takes over what another analyst packed, into a new one with the same host_seed. `numbering` tells
 * what its ranges and techniques are called here; those not known any more are passed over, those
 * that are new begin at `time_s`, when the other one had ended. Returns 0, -ENOMEM, or -EBADMSG
 * when the bytes make no sense or come from other detectors: then the analyst has to be thrown
 * away.
 */
int analyst_load(struct analyst *analyst, struct pack_reader *reader,
	const struct meter_numbering *numbering, int64_t time_s);

/* Watched ranges with traffic so far, and the bytes that all detectors take. */
uint32_t analyst_tracked(const struct analyst *analyst, size_t *ret_bytes);

/* Hosts of the control group that were seen in the last day; estimated when there are many. */
double analyst_control_hosts(const struct analyst *analyst);

/* What found no memory or no place in the analyst's own meters, lists and rosters. */
uint64_t analyst_refused(const struct analyst *analyst);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PIPELINE_ANALYST_H
#define PIPELINE_ANALYST_H
/*
 * From closed minutes to alerts: merges the workers' meters, adds minutes up to hours, days and
 * weeks, drives a detector for each range and technique, explains its events. Does no I/O: alerts
 * and usage go to a listener. The control group is judged like a range, and raises no alerts: those
 * of the ranges are held against it.
 */
#include "alert/explain.h"
#include "detect/detector.h"
#include "meter/history.h"
#include "meter/meter.h"
#include "pipeline/rules.h"

#define ANALYST_SCALES 4
#define ANALYST_COVERAGE_MIN 0.5 /* a bucket seen less than half says nothing about hosts */

/* A closed bucket of one range. */
struct analyst_usage {
	const char *range;
	int64_t start_s;
	uint32_t scale_s;
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
 * of the same name go on; those of other ranges are dropped. A range that is new was seen in the
 * buckets under way only from change->time_us on, which lowers its coverage. The former rules are
 * not used any more.
 */
void analyst_change_rules(struct analyst *analyst, const struct rules_change *change);

/* Closes what is open: the last hour, day and week end with what was seen of them. */
void analyst_finish(struct analyst *analyst);

/* What is remembered of one range and technique; all four belong to the analyst. */
struct analyst_memory {
	const char *range, *technique; /* the control group's range is "" */
	const void *detector;          /* analyst_detector_bytes() bytes */
	const struct history *history;
};

size_t analyst_detector_bytes(const struct analyst *analyst);

/* The `number`-th memory, in the order of ranges and techniques; false behind the last one. */
bool analyst_look(
	const struct analyst *analyst, uint64_t number, struct analyst_memory *ret_memory);

/* Takes a memory over (copied) from an analyst with the same analyst_detector_bytes. A range or
 * technique that is not known is passed over. Returns 0 or -ENOMEM. */
int analyst_restore(struct analyst *analyst, const struct analyst_memory *memory);

/* Watched ranges with traffic so far, and the bytes that all detectors take. */
uint32_t analyst_tracked(const struct analyst *analyst, size_t *ret_bytes);

/* What found no memory or no place in the analyst's own meters, lists and rosters. */
uint64_t analyst_refused(const struct analyst *analyst);

#endif

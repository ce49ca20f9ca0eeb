/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PIPELINE_BASELINES_H
#define PIPELINE_BASELINES_H
/*
 * What a run leaves to the next one, in the file `baselines` of a state directory (an archive, see
 * archive.h): the packet clock and the minute under way; for each range and technique the detector
 * as it is, episodes included, and the bytes of late; the counts of the minute, hour, day and week
 * under way with their sets of hosts and witnesses; the flows under way.
 *
 * Not in it: what nDPI and the plugins had gathered of flows that were still inspected (they are
 * inspected anew, what was found stays found), fragments that wait for others, nDPI's caches.
 */
#include "flow/flow.h"
#include "pipeline/analyst.h"
#include "pipeline/clock.h"

/* What an archive of them is called; the version is to be raised with every change of what is
 * packed. */
#define BASELINES_KIND "surgetap state"
#define BASELINES_FORMAT_VERSION 4

struct baselines_listener {
	/* A file that cannot be used was set aside, or none can be written. */
	void (*fault)(void *argument, const char *place, const char *message);
	void *argument;
};

/* Where a run stands in time. */
struct baselines_moment {
	struct packet_clock clock;
	int64_t minute;      /* the one under way, counted from the epoch */
	int64_t seen_us;     /* from when on it has been seen */
	int64_t tick;        /* number of the last tick */
	int64_t blind_us;    /* of the minute under way */
	uint64_t lost, seen; /* packets of the minute under way */
};

struct baselines;

/* Looks for the file in `folder`, which is made if need be. `ret_baselines` is NULL when there is
 * none, and when it was damaged or of another version: then it is renamed to `baselines.damaged`
 * and the listener is told. Returns 0, or -errno when the folder cannot be used, after the listener
 * was told. */
int baselines_open(const char *folder, const struct baselines_listener *listener,
	struct baselines **ret_baselines);

/* The key of the hash of hosts: sets of hosts go on only under the same one. */
uint64_t baselines_host_seed(const struct baselines *baselines);

/* Who takes the flows over; those of techniques that are gone have lost them. */
struct baselines_heir {
	struct analyst *analyst; /* new, with the host seed of the file */
	int64_t latest_us;       /* a file whose clock is later makes no sense; 0: any does */
	void (*resume)(void *argument, struct flow *flow); /* in the order of their last packets */
	void *argument;
};

/* Hands everything on. Returns 0; -EBADMSG when the file made no sense after all: it is set aside
 * as above, and what the heir has of it is to be thrown away; -ENOMEM or another -errno after the
 * listener was told. */
int baselines_take(struct baselines *baselines, const struct baselines_heir *heir,
	struct baselines_moment *ret_moment);

/* Accepts NULL. */
void baselines_close(struct baselines *baselines);

/* What is to be saved: `flows` as worker_save_flows packs them, of each worker. */
struct baselines_estate {
	const struct analyst *analyst;
	uint64_t host_seed;
	struct baselines_moment moment;
	const struct pack_heap *const *flows;
	uint32_t flows_count;
	int error; /* what kept the flows from being packed, or 0 */
};

/* Writes the file anew. Returns 0, or -errno after the listener was told; the file from before is
 * whole then. */
int baselines_save(const char *folder, const struct baselines_estate *estate,
	const struct baselines_listener *listener);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PIPELINE_DESK_H
#define PIPELINE_DESK_H
/*
 * The analyst on a thread of its own: closed minutes come in from the reader, their meters from the
 * lanes. The reader may be a few minutes ahead, then it waits.
 */
#include "pipeline/baselines.h"
#include "pipeline/lane.h"

#define DESK_LANES_MAX 64

/* What the reader tells of a minute that is closed. */
struct desk_minute {
	int64_t start_s;
	double coverage;
	bool is_void; /* no minute at all: there were no packets */
	bool is_last;
	bool is_kept;  /* not over: the next run goes on with it */
	bool is_saved; /* what was learnt is written after it, with `moment` and the lanes' flows */
	struct baselines_moment moment;
	const struct rules_change
		*change; /* not NULL: no minute either, other rules from here on */
};

struct desk_settings {
	struct analyst_settings analyst; /* listener.alert NULL: minutes are not judged */
	struct lane *const *lanes;       /* the caller's */
	uint32_t lane_count;             /* 1..DESK_LANES_MAX */
	const char *state_folder;        /* for minutes that are saved */
	struct baselines_listener baselines;
};

/* What the analyst has done. */
struct desk_stats {
	uint64_t minutes;       /* taken */
	int64_t last_s;         /* begin of the last one that was no void; 0 none */
	uint32_t ranges;        /* with traffic */
	uint64_t control_hosts; /* of the control group, seen in the last day */
	size_t detector_bytes;
	uint64_t refused; /* see analyst_refused */
	uint64_t unsaved; /* times that what was learnt could not be written */
};

struct desk;

/* Makes the analyst, and no thread yet. Returns 0, -ENOMEM or an error of analyst_new. */
int desk_new(const struct desk_settings *settings, struct desk **ret_desk);

/* The analyst, or NULL when minutes are not judged. For use before desk_start alone. */
struct analyst *desk_analyst(struct desk *desk);

/* Starts the thread. Returns 0 or an error of pthread_create. */
int desk_start(struct desk *desk);

/* Hands a minute on, waiting for a place; each lane brings its part of it, unless it is a change.
 */
void desk_put_minute(struct desk *desk, const struct desk_minute *minute);

/* True while the latest change of rules may still be in the way, or in use. */
bool desk_is_changing(const struct desk *desk);

/* Waits until the thread has judged the last minute. Does nothing when it was not started. */
void desk_finish(struct desk *desk);

/* The thread's times. */
const struct lap *desk_lap(const struct desk *desk);

/* From any thread, at any time: as it stood behind the last minute. */
void desk_stats(struct desk *desk, struct desk_stats *ret_stats);

/* The thread has ended or was not started. Accepts NULL. */
void desk_free(struct desk *desk);

#endif

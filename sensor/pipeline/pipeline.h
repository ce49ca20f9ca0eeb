/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PIPELINE_PIPELINE_H
#define PIPELINE_PIPELINE_H
/*
 * The rooms wired together: frames go in, flows, usage and alerts come out through listeners. Time
 * is the packets' own.
 *
 * Readers, the caller's threads, decode and share the watched packets out by pair of hosts to
 * workers, each on a thread of its own; one more thread, the analyst, merges their counts minute by
 * minute. The result does not depend on how many there are: a flow's fate depends on its own
 * packets alone, and counts merge in any order. Packets of a flow that come to several readers go
 * to one worker all the same; only their order is then as good as a second.
 */
#include "pipeline/baselines.h"
#include "pipeline/clock.h"
#include "pipeline/desk.h"
#include "pipeline/intake.h"
#include "pipeline/worker.h"

#define PIPELINE_WORKERS_MAX DESK_LANES_MAX
#define PIPELINE_READERS_MAX LANE_READERS_MAX

struct pipeline_listener {
	/* Time comes to `time_us`, at the begin of the first frame of another second, before
	 * anything else hears of it. On the thread of any reader, while all others stand still:
	 * what is to be called by one thread alone may be called here. NULL: nobody listens. */
	void (*second)(void *argument, int64_t time_us);
	void *argument;
};

struct pipeline_settings {
	uint32_t readers; /* 1..PIPELINE_READERS_MAX; several ones wait for each other once a
			     second, so time has to pass for each of them */
	uint32_t workers; /* 1..PIPELINE_WORKERS_MAX; max_flows is shared out among them */
	struct worker_settings worker; /* its listener is called on the workers' threads */
	/* listener.alert NULL: flows only; else called on the analyst's thread */
	struct analyst_settings analyst;
	/*
	 * Where what a run leaves to the next is kept; NULL: nowhere. It is read at the start and
	 * written at the end. Then buckets that are not over are not judged: that is for the run in
	 * which they end, and pieces of a timeline raise the alerts of the whole. Live it is
	 * written after each hour as well, and the time between two runs was not seen; else it did
	 * not pass. Faults are told on either thread.
	 */
	const char *state_folder;
	bool is_live;
	int64_t latest_us; /* what is kept and from later is set aside; 0: any time may be */
	struct baselines_listener baselines;
	struct pipeline_listener listener;
};

struct pipeline_stats {
	struct gate_stats gate;
	struct worker_stats worker; /* summed over the workers, maxima too */
	uint64_t meter_refused;
	struct packet_clock clock;
	uint64_t gaps, minutes;    /* silences taken for gaps, minutes closed */
	uint64_t closed;           /* those, and others that the analyst passes over */
	uint64_t flows_resumed;    /* taken over from an earlier run */
	int64_t resumed_us;        /* packet clock that an earlier run has left; 0 none */
	int64_t first_us, last_us; /* packet clock at begin and end; equal without packets */
	struct desk_stats judged;
};

struct pipeline;

/* Returns 0, -EINVAL for the number of readers or workers, or an error of worker_new, analyst_new,
 * baselines_open, baselines_take or a thread.
 * What the settings point to stays the caller's. */
int pipeline_new(const struct pipeline_settings *settings, struct pipeline **ret_pipeline);

/* Accepts NULL; a pipeline that was not finished loses what is under way. */
void pipeline_free(struct pipeline *pipeline);

/* Takes one frame, in the order of the reader's capture; on the thread of that reader. Waits when
 * the workers are too far behind, and for other readers that are behind in time. */
void pipeline_take(struct pipeline *pipeline, uint32_t reader, const struct frame *frame);

/* Lets time pass to `time_us` without a packet, so that a silent link still closes its buckets, and
 * does not hold other readers up. */
void pipeline_pass_time(struct pipeline *pipeline, uint32_t reader, int64_t time_us);

/* The reader takes nothing more, and the others do not wait for it. To be called by each of several
 * readers at its end. */
void pipeline_leave(struct pipeline *pipeline, uint32_t reader);

/* The functions below are for one thread alone: within pipeline_listener.second, or while no reader
 * takes anything. */

/*
 * What was not seen since the last call, of the minute that is being filled: `blind_us` in which
 * nothing could be seen at all, and `lost` packets beside the `seen` ones. Both lower the coverage
 * of that minute; one that was not seen at all is left out: a gap, and no zeros.
 */
void pipeline_note_loss(struct pipeline *pipeline, int64_t blind_us, uint64_t lost, uint64_t seen);

/*
 * Judges by other rules from the next packet on, without losing a flow or a count: ranges of the
 * same name go on with all that is known of them, also where their prefixes are others; new ones
 * begin to learn; what is known of those left out waits for them to come back (see shelf.h). Flows
 * between hosts that are not watched any more end. Returns 0; -EBUSY while a former change is under
 * way; -EINVAL when the plugins report other techniques than before; -ENOMEM. Then nothing has
 * changed. The rules' parts stay the caller's.
 */
int pipeline_change_rules(struct pipeline *pipeline, const struct rules *rules);

/* True while a thread may still use the rules from before the latest change. */
bool pipeline_is_changing(struct pipeline *pipeline);

/* What this run has learnt is not to be written at its end: the next one begins where this one did.
 * For a run that did not get through its captures. */
void pipeline_forget(struct pipeline *pipeline);

/* Ends flows, closes buckets, waits for the threads. Nothing may be taken after. */
void pipeline_finish(struct pipeline *pipeline);

/* Where the time went, and what waits where. */
struct pipeline_times {
	double seconds[STAGES];       /* of all threads together */
	uint32_t queued, queued_most; /* full batches on their way to the workers, and the most
					 that can be */
};

/* At any time, from any thread. */
void pipeline_times(const struct pipeline *pipeline, struct pipeline_times *ret_times);

/* What workers count is as old as the last tick until pipeline_finish. */
void pipeline_stats(struct pipeline *pipeline, struct pipeline_stats *ret_stats);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PIPELINE_LANE_H
#define PIPELINE_LANE_H
/*
 * A worker on a thread of its own, and its way there and on: batches come in from readers, the
 * meters of closed minutes go out to the analyst. Full batches and empty ones, full meters and
 * empty ones go round in bounded channels, so that whoever is too fast waits and nothing is lost.
 */
#include "pipeline/batch.h"

#define LANE_READERS_MAX 64

struct lane;

/* What a lane hands over when a minute is closed. */
struct lane_minute {
	struct meter *meter;
	struct pack_heap flows; /* as worker_save_flows packs them, if that was asked for */
	int flows_error;        /* -ENOMEM: there was no memory for them */
};

/* Makes the worker and starts its thread, for readers 0..reader_count-1; `laps` are theirs, to
 * which waiting for room is added. Returns 0 or an error of worker_new, meter_new or a thread. */
int lane_new(const struct worker_settings *settings, const struct meter_settings *metering,
	struct lap *const *laps, uint32_t reader_count, struct lane **ret_lane);

/* A reader's side: from its own thread. Packets of one reader keep their order. */
void lane_put_packet(struct lane *lane, uint32_t reader, const struct worker_packet *packet);

/* The readers' side: while all but the calling one stand still. What the lane is told comes behind
 * everything that any reader has put before. */

/* What readers have put is not kept back for more. */
void lane_gather(struct lane *lane);

void lane_tick(struct lane *lane, int64_t now_us);

/* Everything that is put from now on is judged by other rules. Until lane_is_changing says no, the
 * lane uses the former rules, too, and `change`. */
void lane_change_rules(struct lane *lane, const struct rules_change *change);
bool lane_is_changing(const struct lane *lane);

/* Goes on with a flow of an earlier run; before the first packet alone. As worker_resume_flow. */
bool lane_resume_flow(struct lane *lane, struct flow *flow);

/* The flows under way go along with the minute that is closed next. */
void lane_keep_flows(struct lane *lane);

/* Closes the minute: its meter goes to the analyst after everything that was put before. */
void lane_close_minute(struct lane *lane);

/* Ends all flows at `now_us`, hands the last meter over, and waits until the thread has ended. */
void lane_finish(struct lane *lane, int64_t now_us);

/* The analyst's side: waits for the next closed minute; to be given back with its meter cleared. */
struct lane_minute *lane_take_minute(struct lane *lane);
void lane_give_minute(struct lane *lane, struct lane_minute *minute);

/* From any thread, at any time: the worker's times, and how many full batches wait for it, of at
 * most how many. */
const struct lap *lane_lap(const struct lane *lane);
uint32_t lane_queued(const struct lane *lane, uint32_t *ret_most);

/* From any thread, at any time: what was counted until the last tick, or the end. */
void lane_stats(struct lane *lane, struct worker_stats *ret_stats, uint64_t *ret_refused);

/* Finishes first if need be. Accepts NULL. */
void lane_free(struct lane *lane);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PIPELINE_GATE_H
#define PIPELINE_GATE_H
/*
 * The gate in front of the workers: decodes each frame, counts where it ends up, and lets through
 * the packets that have an end in a watched range, and of the others those with an end in the
 * control group that may be a client.
 */
#include "capture/frame.h"
#include "packet/decode.h"
#include "pipeline/stage.h"
#include "watch/ranges.h"
#include "watch/sample.h"

struct gate_stats {
	uint64_t packets[PACKET_VERDICTS];
	uint64_t bytes;                  /* wire bytes of all frames */
	uint64_t unwatched;              /* decoded packets with no end in a watched range */
	uint64_t control;                /* of those, let through for the control group */
	struct datagram_stats datagrams; /* put together from fragments */
};

struct gate;

/* A gate for `ranges`, which stay the caller's; `sample` is the control group. `seed` keys the hash
 * of first fragments. 0 or -ENOMEM. */
int gate_new(const struct ranges *ranges, const struct sample *sample, uint64_t seed,
	struct gate **ret_gate);
void gate_free(struct gate *gate);

/* Looks up in other ranges from now on. */
void gate_set_ranges(struct gate *gate, const struct ranges *ranges);

/* Takes one frame. True when a packet to work on came of it: then `ret_packet` is filled, and the
 * ranges of its source and destination: one of them may be RANGE_NONE; without a watched end one
 * or both are RANGE_CONTROL. The far end of a watched host is never in the control group. */
bool gate_pass(struct gate *gate, const struct frame *frame, struct packet *ret_packet,
	uint32_t *ret_source, uint32_t *ret_destination);

/* A number for the packet's pair of hosts, the same in both directions: all flows between two
 * hosts, and what nDPI remembers of them, belong to one worker. */
uint64_t gate_host_pair(const struct gate *gate, const struct packet *packet);

/* The same of two addresses, the smaller one first. */
uint64_t gate_pair_of(const struct gate *gate, const struct surgetap_address *low,
	const struct surgetap_address *high);

/* The reader's times; the gate marks decoding and look-up. */
struct lap *gate_lap(struct gate *gate);

void gate_stats(const struct gate *gate, struct gate_stats *ret_stats);

/* Adds the figures of another gate. */
void gate_stats_add(struct gate_stats *sum, const struct gate_stats *more);

#endif

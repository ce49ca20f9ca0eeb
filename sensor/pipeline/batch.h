/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PIPELINE_BATCH_H
#define PIPELINE_BATCH_H
/*
 * What the reader hands to a worker: some packets with their bytes, in order, and what has to
 * happen between them. Batches are made once and go round.
 */
#include "meter/meter.h"
#include "pipeline/worker.h"

#define BATCH_ENTRIES 256
#define BATCH_LOOKS_FEW 8        /* inspections that are cheaper than waking another thread up */
#define BATCH_BYTES (256 * 1024) /* of packets; a packet of 64 KiB fits four times */

enum batch_kind {
	BATCH_PACKET,
	BATCH_TICK,   /* look for idle flows at now_us */
	BATCH_RULES,  /* pass to the rules that the lane was given */
	BATCH_KEEP,   /* pack the flows into the minute that is closed next */
	BATCH_MINUTE, /* hand the meter over: the minute is closed */
	BATCH_END,    /* end all flows at now_us, hand the meter over, stop */
};

struct batch_entry {
	enum batch_kind kind;
	struct worker_packet packet; /* of a tick and of an end only now_us is set */
};

struct batch {
	uint32_t count, used_bytes;
	uint32_t looks; /* packets that are not bare */
	struct batch_entry entries[BATCH_ENTRIES];
	uint8_t bytes[BATCH_BYTES];
};

/* True when the batch has room for one more packet that is captured in so many bytes. */
bool batch_has_room(const struct batch *batch, uint32_t captured_bytes);

/* Appends a packet with a copy of its bytes, from the IP header on, unless it is bare. There has to
 * be room. */
void batch_add_packet(struct batch *batch, const struct worker_packet *packet);

/* Appends something else. There has to be room for a packet of 0 bytes. */
void batch_add_mark(struct batch *batch, enum batch_kind kind, int64_t now_us);

/* True when there is so little to do that handing the batch over would cost more. */
bool batch_is_light(const struct batch *batch);

void batch_clear(struct batch *batch);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PIPELINE_TALLY_H
#define PIPELINE_TALLY_H
/*
 * How many packets of each flow the reader has handed on, as far as it remembers: after enough of
 * them the flow's worker looks into none any more, so that their bytes need not be copied.
 *
 * The reader does not ask the worker, which would make the answer depend on who is faster. It
 * counts, and forgets a flow when that flow may have ended meanwhile: at a SYN, after TALLY_IDLE_US
 * of silence, and when another flow takes its place in the table. A worker ends such a flow before
 * its time only when its own table is full.
 */
#include "flow/inspect.h"
#include "packet/packet.h"

#define TALLY_FLOWS 65536 /* places, by hash; 1 MiB */

/* Half of the shortest silence that ends a flow (flow_life_timeout_us). */
#define TALLY_IDLE_US INT64_C(30000000)

struct tally;

/* `seed` is that of the workers' flow tables, as both take a flow by the same hash. Returns 0 or
 * -ENOMEM. */
int tally_new(uint64_t seed, struct tally **ret_tally);
void tally_free(struct tally *tally);

/* What a tally says of a packet. */
struct tally_word {
	uint32_t flow_hash; /* for flow_table_take */
	bool is_bare;       /* INSPECT_PACKETS_MAX others that a worker inspects went before */
	uint16_t *route;    /* the caller's own number for the flow; 0 as long as none was set, or
			     * remembered. Valid until the next call */
};

/* Notes a packet that goes to its worker; `now_us` is the packet clock. */
struct tally_word tally_add(struct tally *tally, const struct packet *packet, int64_t now_us);

/* Forgets everything: flows may have ended for other reasons. */
void tally_clear(struct tally *tally);

#endif

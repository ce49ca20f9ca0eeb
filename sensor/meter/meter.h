/* SPDX-License-Identifier: Apache-2.0 */
#ifndef METER_METER_H
#define METER_METER_H
/*
 * Counts of one time bucket: for each watched range the uses of each technique, and all traffic
 * beside them. A meter is a value that adds up: those of several workers merge into one minute,
 * minutes into an hour, hours into a day, days into a week, in any order with the same result.
 */
#include "flow/technique.h"
#include "meter/cell.h"

#define METER_RANGES_MAX 65536 /* ranges with traffic that one meter can hold */
#define METER_ROSTERS_BYTES (64u << 20)

struct meter_range {
	uint32_t range;  /* its number, or RANGE_CONTROL for the control group */
	bool is_touched; /* since the last meter_clear */
	struct meter_cell all;
	struct meter_cell cells[]; /* one for each technique */
};

struct meter_settings {
	uint32_t range_count; /* watched; the control group has a place beside them */
	uint32_t technique_count;
	uint32_t max_blocks; /* of 4 KiB, for sets of more than a few hosts */
	uint64_t host_seed;  /* keys the hash of hosts; the same for all meters that merge */
	bool has_rosters;    /* keeps rosters, of METER_ROSTERS_BYTES at most */
};

struct meter;

int meter_new(const struct meter_settings *settings, struct meter **ret_meter);
void meter_free(struct meter *meter);

/* A packet, or a flow's packets so far: `bytes` more of the techniques in `techniques` and, with
 * `in_total`, of all traffic. With `mark_host` the host is present in this bucket. */
struct meter_traffic {
	uint32_t range;
	technique_set techniques;
	bool in_total, mark_host;
	const struct surgetap_address *host;
	uint64_t bytes;
	int64_t time_s; /* at which the host was there; for the roster */
};
void meter_add_traffic(struct meter *meter, const struct meter_traffic *traffic);

/* What a flow is newly counted as. */
struct meter_flow {
	uint32_t range;
	technique_set techniques; /* recognised just now */
	technique_set suspected;
	bool in_total, is_inbound;
};
void meter_add_flow(struct meter *meter, const struct meter_flow *flow);

/* Remembers a flow for its host and its peer, as users of the technique. */
void meter_add_witness(
	struct meter *meter, uint32_t range, uint32_t technique, const struct witness_flow *flow);

/* Keeps a flow as an example of the technique. */
void meter_add_example(struct meter *meter, uint32_t range, uint32_t technique,
	const struct witness_example *example);

/* Adds everything of `from`, which has the same settings. */
void meter_merge(struct meter *meter, const struct meter *from);

/* What the numbers of a saved meter are called now: a range and a technique of each saved number,
 * or METER_UNKNOWN for one that is not there any more. */
#define METER_UNKNOWN UINT32_MAX
struct meter_numbering {
	const uint32_t *ranges;
	uint32_t range_count;
	uint32_t techniques[TECHNIQUES_MAX];
	uint32_t technique_count;
};

/* The number now of a saved range, or METER_UNKNOWN. The control group keeps its own. */
uint32_t meter_range_now(const struct meter_numbering *numbering, uint32_t saved);

/* Packs what the meter has counted. */
void meter_save(const struct meter *meter, struct pack_writer *writer);

/* Adds a packed meter to an empty one with the same host_seed; what is not known any more is passed
 * over. Returns 0 or -ENOMEM; bytes that make no sense are told by the reader's error. */
int meter_load(
	struct meter *meter, struct pack_reader *reader, const struct meter_numbering *numbering);

/* Empties the meter; memory of ranges seen once stays. */
void meter_clear(struct meter *meter);

/*
 * Other ranges are watched from now on: what range i has counted belongs to range numbers[i] of
 * `range_count`, no two to the same one, or is forgotten where that is RANGE_NONE. NULL forgets
 * all. The control group goes on. Without memory everything is forgotten, and counted as refused.
 */
void meter_renumber(struct meter *meter, const uint32_t *numbers, uint32_t range_count);

/* The ranges with traffic since the last clear: `ret_count` pointers, in the order of first
 * traffic. */
struct meter_range *const *meter_touched(const struct meter *meter, uint32_t *ret_count);

/* The counts of a range, or NULL if it never had traffic. */
const struct meter_range *meter_look(const struct meter *meter, uint32_t range);

/* Additions that found no memory or more than METER_RANGES_MAX ranges, and rosters that could not
 * grow. */
uint64_t meter_refused(const struct meter *meter);

#endif

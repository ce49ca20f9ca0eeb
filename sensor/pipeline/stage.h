/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PIPELINE_STAGE_H
#define PIPELINE_STAGE_H
/* The stages of the way of a packet, as far as their time is told apart. */
#include "base/lap.h"

enum stage {
	/* the reader's thread */
	STAGE_CAPTURE, /* libpcap, the kernel, decompression; live also the waiting for packets */
	STAGE_DECODE,
	STAGE_WATCH, /* the look-up of ranges */
	STAGE_SHARE, /* handing on to workers */
	STAGE_FULL,  /* waiting: the workers are behind */
	/* the workers' threads */
	STAGE_FLOW,     /* the flow table */
	STAGE_CLASSIFY, /* nDPI, and the places of addresses */
	STAGE_PLUGINS,
	STAGE_METER,
	STAGE_EMPTY, /* waiting: nothing to do */
	/* the analyst's thread */
	STAGE_ANALYST,
	STAGE_PUBLISH, /* handing on to files and to Redis's queue */
	STAGES
};

_Static_assert((int)STAGES <= LAP_PIECES_MAX, "a lap has a place for each stage");

/* A word for each stage, as used in statistics: "capture", "decode" ... */
const char *stage_name(enum stage stage);

#endif

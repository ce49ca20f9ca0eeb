/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_METERED_USE_H
#define TESTS_METERED_USE_H
/* What hosts do in a minute, put into a meter. */
#include "meter/meter.h"
#include "watch/range.h"

/* Who does it, and what. */
struct metered_use {
	uint32_t range, first_host, hosts; /* hosts first_host... of 10.0.0.0/16 */
	technique_set techniques;          /* of each flow; 0: of none */
	uint32_t technique;                /* of which the flows are witnesses, if of any */
	int64_t now_s;
};

/* Each host has one flow of 100 bytes. */
static inline void meter_use_of(struct meter *meter, const struct metered_use *use)
{
	static uint64_t id;

	for (uint32_t i = use->first_host; i < use->first_host + use->hosts; i++) {
		struct surgetap_address host = {{[10] = 0xff,
			[11] = 0xff,
			[12] = 10,
			[14] = (uint8_t)(i >> 8),
			[15] = (uint8_t)i}};
		struct witness_flow flow = {++id * UINT64_C(0x9e3779b97f4a7c15), host, host};

		meter_add_flow(meter, &(struct meter_flow){.range = use->range,
					      .techniques = use->techniques,
					      .in_total = true});
		meter_add_traffic(meter, &(struct meter_traffic){.range = use->range,
						 .techniques = use->techniques,
						 .in_total = true,
						 .mark_host = true,
						 .host = &host,
						 .time_s = use->now_s,
						 .bytes = 100});
		if (use->techniques && use->range != RANGE_CONTROL)
			meter_add_witness(meter, use->range, use->technique, &flow);
	}
}

#endif

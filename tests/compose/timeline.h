/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPOSE_TIMELINE_H
#define COMPOSE_TIMELINE_H
/* From the scenario's steady time to what the tap's clock says: gaps and shifts. */
#include "scenario.h"

/* Finds the time stamp of a packet at `time_us`. False: the tap saw nothing then. */
bool timeline_stamp(const struct scenario *scenario, int64_t time_us, int64_t *ret_stamp_us);

#endif

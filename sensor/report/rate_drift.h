/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_RATE_DRIFT_H
#define REPORT_RATE_DRIFT_H
/* How uncertain a fitted ratio is: bursts from slot to slot, and levels that drift from block to
 * block, a block being a day, or less where there are too few. See rate_ratio.h for the method. */
#include "report/rate_fit.h"

struct rate_drift {
	double variance;   /* of ln ratio: chance, bursts and drift */
	double dispersion; /* variance over mean from slot to slot, >= 1 */
	double deviation;  /* of the blocks' levels beyond chance, 0.1 = 10 % */
	uint32_t blocks;   /* that the deviation was measured with */
	int64_t block_s;   /* their length */
	double degrees;    /* of freedom that the variance was learnt with; below 1 where blocks are
			      few */
};

void rate_drift_measure(const struct rate_fit *fit, struct rate_drift *ret_drift);

#endif

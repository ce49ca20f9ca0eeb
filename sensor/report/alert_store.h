/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_ALERT_STORE_H
#define REPORT_ALERT_STORE_H
/* The alerts that a sensor has delivered to Redis (docs/redis.md), read into a report. */
#include "publish/store.h"
#include "report/report.h"

struct alert_store_sum {
	uint64_t alerts;      /* taken */
	uint64_t passed_over; /* entries that are no alerts of this version */
	bool is_cut;          /* there are more than a report holds: these are the newest */
};

/* Adds the alerts whose window ends in start_s < t <= end_s (Unix). Returns 0; -EIO when the server
 * cannot be reached or refuses (store_trouble says why), -ENOMEM: then the report holds a part. */
int alert_store_read(struct store *store, int64_t start_s, int64_t end_s, struct report *report,
	struct alert_store_sum *ret_sum);

#endif

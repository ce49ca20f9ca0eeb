/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_COMPARISON_H
#define REPORT_COMPARISON_H
/* Two windows of counts held against each other: for each range and technique, in hosts and in
 * flows. */
#include "report/book.h"
#include "report/rate_ratio.h"

/* A window of time in a book: slots that begin in start_s <= t < end_s. */
struct comparison_window {
	const struct book *book;
	int64_t start_s, end_s;
};

enum comparison_metric { COMPARISON_HOSTS, COMPARISON_FLOWS, COMPARISON_METRICS };

struct comparison_side {
	double rate;  /* distinct hosts in a bucket; flows an hour; NAN when nothing was seen */
	double share; /* of all hosts or flows of the range, 0..1; NAN without any */
};

/* One metric of one technique of one range. */
struct comparison_row {
	const char *range, *technique; /* owned by the books */
	enum comparison_metric metric;
	struct comparison_side before, after;
	double hours_before, hours_after; /* seen */
	struct rate_ratio ratio; /* NAN where hosts were counted in buckets of two lengths */
};

/* Called for each row: ranges in the order of the before book, then those of the after book alone;
 * techniques in the order of columns. Techniques without any flow on either side are left out.
 * Returns 0 or -ENOMEM. */
typedef void comparison_listener(void *argument, const struct comparison_row *row);
int comparison_run(const struct comparison_window *before, const struct comparison_window *after,
	comparison_listener *listener, void *argument);

/* One technique of one range alone: fills the rows of both metrics. Returns 0 or -ENOMEM. */
int comparison_of(const struct comparison_window *before, const struct comparison_window *after,
	const char *range, const char *technique,
	struct comparison_row ret_rows[COMPARISON_METRICS]);

/* "hosts", "flows" */
const char *comparison_metric_name(enum comparison_metric metric);

#endif

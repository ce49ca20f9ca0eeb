/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H
/*
 * The report: one HTML file that needs nothing else. Counts and alerts are collected, then written
 * with the page's scripts and styles inlined and the data embedded as JSON. Its
 * Content-Security-Policy allows exactly these scripts and styles, by hash, and no network at all.
 *
 * Names in the data may come from traffic: they are JSON strings in which no '<', '>' or '&' stands
 * as it is, and the page shows them as text only.
 */
#include <stdio.h>

#include "report/book.h"

#define REPORT_ALERTS_MAX 2000 /* later ones are counted */

struct report;

/* 0 or -ENOMEM. Slots are hours, or the buckets of the counts when these are longer. */
int report_new(struct report **ret_report);
void report_free(struct report *report);

/* Where the counts go, with book_put or usage_file_read. */
struct book *report_book(struct report *report);

/* From now on takes nothing from outside of start_s <= t < end_s (Unix): no count that begins, and
 * no alert whose window ends there. */
void report_limit(struct report *report, int64_t start_s, int64_t end_s);

/* Says in the page where the counts and alerts are from. Copied. 0 or -ENOMEM. */
int report_set_source(struct report *report, const char *text);

/* Adds an alert, one line of EVE JSON. An event (alert_id, state, end of its window) that is there
 * already, and one outside of the limit, is passed over. Returns 0, -EINVAL when it is none of
 * surgetap's alerts, -ENOSPC beyond REPORT_ALERTS_MAX (counted, and told in the report), -ENOMEM.
 */
int report_add_alert(struct report *report, const char *line);

/* Writes the page. `title` may be NULL. Returns 0, -EIO or -ENOMEM. */
int report_write(const struct report *report, const char *title, FILE *file);

#endif

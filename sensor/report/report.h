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

/* Adds an alert, one line of EVE JSON. Returns 0, -EINVAL when it is none of surgetap's alerts,
 * -ENOSPC beyond REPORT_ALERTS_MAX (counted, and told in the report), -ENOMEM. */
int report_add_alert(struct report *report, const char *line);

/* Writes the page. `title` may be NULL. Returns 0, -EIO or -ENOMEM. */
int report_write(const struct report *report, const char *title, FILE *file);

#endif

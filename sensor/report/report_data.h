/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_REPORT_DATA_H
#define REPORT_REPORT_DATA_H
/* The data of the report as JSON, written so that it can stand inside of a script element. */
#include <jansson.h>
#include <stdio.h>

#include "report/book.h"

/* Writes JSON without whitespace, ASCII only, '<', '>' and '&' as \u00NN. 0 or -ENOMEM. */
int report_data_write_json(const json_t *value, FILE *file);

/* Writes one range's columns: {"seen":[..],"columns":{"vpn":{"hosts":[..],"hosts_low":[..],...}}},
 * a number for each slot: seconds seen; counts, null where nothing was seen; and for techniques the
 * band (expected -+ 2 standard deviations) that the detector had expected before it saw the slot.
 * 0 or -ENOMEM. */
int report_data_write_range(const struct book *book, const struct book_range *range, FILE *file);

/* EVE's "2026-03-24T00:05:00.000000+0000" as Unix seconds; -1 when it is none. */
int64_t report_data_parse_time(const char *text);

/* For each technique of each range that an alert was opened for: before and after its onset, with
 * interval. A list of objects, NULL without memory. `alerts` is an array of EVE records. */
json_t *report_data_changes(const struct book *book, const json_t *alerts);

#endif

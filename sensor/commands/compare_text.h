/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_COMPARE_TEXT_H
#define COMMANDS_COMPARE_TEXT_H
/* What compare prints: a table for people, or NDJSON. */
#include <stdio.h>

#include "report/comparison.h"
#include "report/peers.h"

/* A row, and what became of the peers; `has_peers` is false where only counts are known. */
struct compare_line {
	struct comparison_row row;
	bool has_peers;
	struct peers_change peers;
};

#define COMPARE_CHANGE_SIZE 96

/* "+1200 % (95 % CI 1080..1330)", "new, at least +900 %", "gone", "-" for nothing. Returns
 * ret_text. */
const char *compare_change_format(
	const struct rate_ratio *ratio, char ret_text[COMPARE_CHANGE_SIZE]);

/* The table, columns as wide as their widest entry. */
void compare_table_print(const struct compare_line *lines, size_t count, FILE *stream);

/* One JSON object a line. Returns false when memory is short. */
bool compare_json_print(const struct compare_line *lines, size_t count, FILE *stream);

#endif

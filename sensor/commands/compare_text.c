/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/compare_text.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#include "alert/number.h"
#include "base/text.h"
#include "packet/address.h"

#define DIGITS 4

enum column {
	RANGE,
	TECHNIQUE,
	METRIC,
	WAS,
	IS,
	RATIO,
	CHANGE,
	SHARE_WAS,
	SHARE_IS,
	PEERS,
	COLUMNS
};

struct cells {
	char text[COLUMNS][COMPARE_CHANGE_SIZE];
};

static const struct {
	const char *head;
	bool is_left;
} columns[COLUMNS] = {
	[RANGE] = {"RANGE", true},
	[TECHNIQUE] = {"TECHNIQUE", true},
	[METRIC] = {"METRIC", true},
	[WAS] = {"BEFORE/h", false},
	[IS] = {"AFTER/h", false},
	[RATIO] = {"RATIO", false},
	[CHANGE] = {"CHANGE", true},
	[SHARE_WAS] = {"SHARE", false},
	[SHARE_IS] = {"NOW", false},
	[PEERS] = {"PEERS new/gone", true},
};

static double percent(double ratio)
{
	return 100 * (ratio - 1);
}

/* Per cent for people: three digits suffice. */
static double rounded(double ratio)
{
	double value = percent(ratio);
	return fabs(value) < 10 ? number_round_places(value, 1) : number_round(value, 3);
}

const char *compare_change_format(
	const struct rate_ratio *ratio, char ret_text[COMPARE_CHANGE_SIZE])
{
	if (isnan(ratio->ratio))
		snprintf(ret_text, COMPARE_CHANGE_SIZE, "-");
	else if (isinf(ratio->ratio) && isnan(ratio->low))
		snprintf(ret_text, COMPARE_CHANGE_SIZE, "new");
	else if (isinf(ratio->ratio))
		snprintf(ret_text, COMPARE_CHANGE_SIZE, "new, at least %+.10g %%",
			rounded(ratio->low));
	else if (isnan(ratio->low))
		snprintf(ret_text, COMPARE_CHANGE_SIZE, "%+.10g %%", rounded(ratio->ratio));
	else
		snprintf(ret_text, COMPARE_CHANGE_SIZE, "%+.10g %% (95 %% CI %.10g..%.10g)",
			rounded(ratio->ratio), rounded(ratio->low), rounded(ratio->high));
	return ret_text;
}

static void put_number(char text[COMPARE_CHANGE_SIZE], double value, const char *unit)
{
	if (isnan(value))
		snprintf(text, COMPARE_CHANGE_SIZE, "-");
	else
		snprintf(text, COMPARE_CHANGE_SIZE, "%.10g%s", number_round(value, 3), unit);
}

static void fill_cells(const struct compare_line *line, struct cells *cells)
{
	const struct comparison_row *row = &line->row;
	text_copy(row->range, cells->text[RANGE], COMPARE_CHANGE_SIZE);
	text_copy(row->technique, cells->text[TECHNIQUE], COMPARE_CHANGE_SIZE);
	text_copy(comparison_metric_name(row->metric), cells->text[METRIC], COMPARE_CHANGE_SIZE);
	put_number(cells->text[WAS], row->before.rate, "");
	put_number(cells->text[IS], row->after.rate, "");
	if (isinf(row->ratio.ratio))
		text_copy("new", cells->text[RATIO], COMPARE_CHANGE_SIZE);
	else
		put_number(cells->text[RATIO], row->ratio.ratio, "x");
	compare_change_format(&row->ratio, cells->text[CHANGE]);
	put_number(cells->text[SHARE_WAS], 100 * row->before.share, " %");
	put_number(cells->text[SHARE_IS], 100 * row->after.share, " %");
	cells->text[PEERS][0] = '\0';
	if (line->has_peers)
		snprintf(cells->text[PEERS], COMPARE_CHANGE_SIZE, "%llu/%llu",
			(unsigned long long)line->peers.appeared,
			(unsigned long long)line->peers.vanished);
}

/* Columns on a terminal, as long as every character takes one. */
static int width_of(const char *text)
{
	int width = 0;
	for (; *text; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

static void print_cells(const struct cells *cells, const int *widths, FILE *stream)
{
	int last = COLUMNS - 1;
	while (last > 0 && cells->text[last][0] == '\0')
		last--;
	for (int i = 0; i <= last; i++) {
		int pad = widths[i] - width_of(cells->text[i]);
		if (!columns[i].is_left)
			fprintf(stream, "%*s", pad, "");
		fputs(cells->text[i], stream);
		if (i < last)
			fprintf(stream, "%*s", columns[i].is_left ? pad + 2 : 2, "");
	}
	fputc('\n', stream);
}

void compare_table_print(const struct compare_line *lines, size_t count, FILE *stream)
{
	struct cells cells;
	int widths[COLUMNS];
	for (int i = 0; i < COLUMNS; i++)
		widths[i] =
			(int)snprintf(cells.text[i], sizeof cells.text[i], "%s", columns[i].head);
	struct cells heads = cells;
	for (size_t i = 0; i < count; i++) {
		fill_cells(&lines[i], &cells);
		for (int k = 0; k < COLUMNS; k++)
			if (width_of(cells.text[k]) > widths[k])
				widths[k] = width_of(cells.text[k]);
	}
	if (count == 0 || !lines[0].has_peers)
		heads.text[PEERS][0] = '\0';
	print_cells(&heads, widths, stream);
	for (size_t i = 0; i < count; i++) {
		fill_cells(&lines[i], &cells);
		print_cells(&cells, widths, stream);
	}
}

static json_t *number(double value)
{
	return isfinite(value) ? json_real(number_round(value, DIGITS + 2)) : json_null();
}

static json_t *top(const struct peers_entry *entries, uint32_t count)
{
	json_t *list = json_array();
	char text[ADDRESS_TEXT_SIZE];
	for (uint32_t i = 0; i < count; i++)
		json_array_append_new(list,
			json_pack("{s:s, s:I}", "ip", address_format(&entries[i].address, text),
				"flows", (json_int_t)entries[i].flows));
	return list;
}

static json_t *peers_object(const struct peers_change *peers)
{
	return json_pack("{s:I, s:I, s:I, s:o, s:o}", "new", (json_int_t)peers->appeared,
		"vanished", (json_int_t)peers->vanished, "stayed", (json_int_t)peers->stayed,
		"top_new", top(peers->appeared_top, peers->appeared_top_count), "top_vanished",
		top(peers->vanished_top, peers->vanished_top_count));
}

static json_t *side(const struct comparison_side *side, double hours, double count)
{
	return json_pack("{s:o, s:o, s:o, s:o}", "per_hour", number(side->rate), "share",
		number(side->share), "hours", number(hours), "count", number(count));
}

static json_t *line_object(const struct compare_line *line)
{
	const struct comparison_row *row = &line->row;
	const struct rate_ratio *ratio = &row->ratio;
	static const char *const matches[] = {
		[RATE_MATCH_NONE] = "none", [RATE_MATCH_HOUR] = "hour", [RATE_MATCH_WEEK] = "week"};
	char change[COMPARE_CHANGE_SIZE];
	return json_pack(
		"{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:[o, o], s:[o, o], s:s, s:o, s:o, s:i, "
		"s:I, s:s, s:o*}",
		"range", row->range, "technique", row->technique, "metric",
		comparison_metric_name(row->metric), "before",
		side(&row->before, row->hours_before, ratio->before_count), "after",
		side(&row->after, row->hours_after, ratio->after_count), "ratio",
		number(ratio->ratio), "rise_percent", number(percent(ratio->ratio)), "ratio_ci95",
		number(ratio->low), number(ratio->high), "rise_percent_ci95",
		number(percent(ratio->low)), number(percent(ratio->high)), "change",
		compare_change_format(ratio, change), "dispersion", number(ratio->dispersion),
		"drift", number(ratio->drift), "blocks", (int)ratio->blocks, "block_seconds",
		(json_int_t)ratio->block_s, "matched", matches[ratio->match], "peers",
		line->has_peers ? peers_object(&line->peers) : NULL);
}

bool compare_json_print(const struct compare_line *lines, size_t count, FILE *stream)
{
	for (size_t i = 0; i < count; i++) {
		json_t *object = line_object(&lines[i]);
		char *text = object ? json_dumps(object, JSON_COMPACT | JSON_ENSURE_ASCII |
								 JSON_REAL_PRECISION(10))
				    : NULL;
		json_decref(object);
		if (!text)
			return false;
		fprintf(stream, "%s\n", text);
		free(text);
	}
	return true;
}

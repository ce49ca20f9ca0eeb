/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "commands/commands.h"
#include "commands/compare_source.h"
#include "commands/compare_text.h"
#include "commands/options.h"
#include "config/period.h"

#define INPUTS 2
#define DAY_S 86400

enum option_key { KEY_BEFORE = 1, KEY_AFTER, KEY_BUCKET, KEY_JSON };

static const struct argp_option more_options[] = {
	{.name = "before",
		.key = KEY_BEFORE,
		.arg = "START..END",
		.doc = "what came before: this part of the first input",
		.group = 1},
	{.name = "after",
		.key = KEY_AFTER,
		.arg = "START..END",
		.doc = "what came after: this part of the last input"},
	{.name = "bucket",
		.key = KEY_BUCKET,
		.arg = "SECONDS",
		.doc = "of captures and Redis: count in buckets of 3600 (default) or, when they "
		       "are "
		       "short, 60"},
	{.name = "json", .key = KEY_JSON, .doc = "print one JSON object for each row"},
	{.name = NULL},
};

struct compare {
	int64_t start_s[INPUTS], end_s[INPUTS];
	bool has_window[INPUTS], is_json;
	uint32_t bucket_s;
	struct setup setup;
	bool is_set_up;
	struct book *books[INPUTS]; /* the same twice when one input has both windows */
	struct compare_peers peers;
	bool has_usage; /* an input is a usage file, which knows no peers */
	struct compare_line *lines;
	size_t count, room;
	bool is_short; /* of memory: lines are missing */
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct compare *compare = state->input;
	struct period period;
	int side = key == KEY_AFTER;

	switch (key) {
	case KEY_BEFORE:
	case KEY_AFTER:
		if (!period_parse(argument, &period)) {
			log_error("compare: --%s '%s': must be START..END, such as "
				  "2026-03-03..2026-03-24T06:00",
				side ? "after" : "before", argument);
			return EINVAL;
		}
		compare->start_s[side] = period.start_s;
		compare->end_s[side] = period.end_s;
		compare->has_window[side] = true;
		return 0;
	case KEY_BUCKET:
		if (strcmp(argument, "60") != 0 && strcmp(argument, "3600") != 0) {
			log_error("compare: --bucket '%s': must be 60 or 3600", argument);
			return EINVAL;
		}
		compare->bucket_s = strcmp(argument, "60") == 0 ? 60 : 3600;
		return 0;
	case KEY_JSON:
		compare->is_json = true;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static int read_capture(struct compare *compare, const struct config *config, char *path, int input)
{
	if (!compare->is_set_up) {
		int status = setup_open(config, SETUP_WATCH_PRIVATE, NULL, &compare->setup);
		if (status)
			return status;
		compare->is_set_up = true;
	}
	return compare_source_read_capture(config, &compare->setup, path, compare->bucket_s,
		compare->books[input], &compare->peers);
}

static int new_book(struct compare *compare, int input)
{
	if (book_new(compare->bucket_s, &compare->books[input]) == 0)
		return STATUS_OK;
	log_error("out of memory");
	return STATUS_FAILURE;
}

/* Reads one input into its book; a damaged capture counts up to the damage. */
static int read_input(struct compare *compare, const struct config *config, char *path, int input)
{
	int status = new_book(compare, input);
	if (status)
		return status;
	if (!compare_source_is_usage(path))
		return read_capture(compare, config, path, input);
	compare->has_usage = true;
	return compare_source_read_usage(path, compare->books[input]);
}

static void take_row(void *argument, const struct comparison_row *row)
{
	struct compare *compare = argument;
	if (compare->count == compare->room) {
		size_t room = compare->room ? 2 * compare->room : 64;
		struct compare_line *larger = realloc(compare->lines, room * sizeof *larger);
		if (!larger) {
			compare->is_short = true;
			return;
		}
		compare->lines = larger;
		compare->room = room;
	}
	struct compare_line *line = &compare->lines[compare->count++];
	*line = (struct compare_line){.row = *row};
	if (compare->has_usage || !compare->is_set_up)
		return;
	int technique = technique_table_find(&compare->setup.plugins->techniques, row->technique);
	line->has_peers = technique >= 0;
	for (uint32_t i = 0; technique >= 0 && i < ranges_count(compare->setup.ranges); i++)
		if (strcmp(ranges_name(compare->setup.ranges, i), row->range) == 0)
			peers_compare(compare->peers.peers, i, (uint32_t)technique, &line->peers);
}

static void explain_days(const struct compare *compare)
{
	for (size_t i = 0; i < compare->count; i++) {
		const struct rate_ratio *ratio = &compare->lines[i].row.ratio;
		if (ratio->block_s >= DAY_S || isnan(ratio->low))
			continue;
		log_info(
			"too few days to tell how much days differ: intervals are wide, and assume "
			"that levels go on wandering as they do within these windows");
		return;
	}
}

/* A window next to the counts, by a wrong year or order, is no change. */
static void explain_empty(const struct compare *compare)
{
	size_t empty[INPUTS] = {0};
	for (size_t i = 0; i < compare->count; i++) {
		empty[0] += isnan(compare->lines[i].row.before.rate);
		empty[1] += isnan(compare->lines[i].row.after.rate);
	}
	for (int i = 0; i < INPUTS; i++)
		if (compare->count == 0 || empty[i] == compare->count)
			log_warn("nothing was counted in the window %s", i ? "after" : "before");
}

static void explain(const struct compare *compare)
{
	uint32_t buckets_s[] = {book_bucket_s(compare->books[0]), book_bucket_s(compare->books[1])};
	if (buckets_s[0] && buckets_s[1] && buckets_s[0] != buckets_s[1])
		log_warn("hosts were counted in buckets of %u s and of %u s, which cannot be "
			 "compared",
			buckets_s[0], buckets_s[1]);
	else if (buckets_s[0] != 0 && buckets_s[0] != 3600)
		log_info("hosts are distinct hosts in a bucket of %u s", buckets_s[0]);
	uint64_t repeated = book_repeated(compare->books[0]);
	if (compare->books[1] != compare->books[0])
		repeated += book_repeated(compare->books[1]);
	if (repeated)
		log_warn("%llu buckets came again and are counted once",
			(unsigned long long)repeated);
	if (compare->peers.peers && peers_refused(compare->peers.peers))
		log_warn("%llu flows had peers beyond the first %d, which are left out",
			(unsigned long long)peers_refused(compare->peers.peers), PEERS_MAX);
}

static int print(struct compare *compare)
{
	struct comparison_window windows[INPUTS];
	for (int i = 0; i < INPUTS; i++)
		windows[i] = (struct comparison_window){
			compare->books[i], compare->start_s[i], compare->end_s[i]};
	bool is_done = comparison_run(&windows[0], &windows[1], take_row, compare) == 0;
	is_done = is_done && !compare->is_short;
	explain(compare);
	explain_empty(compare);
	explain_days(compare);
	if (is_done && compare->is_json)
		is_done = compare_json_print(compare->lines, compare->count, stdout);
	else if (is_done)
		compare_table_print(compare->lines, compare->count, stdout);
	if (!is_done)
		log_error("out of memory");
	return is_done ? STATUS_OK : STATUS_FAILURE;
}

/* Both windows out of Redis, and what lies between. */
static int compare_redis(struct compare *compare, const struct config *config)
{
	const struct usage_store_wanted wanted = {
		.start_s = compare->start_s[compare->start_s[1] < compare->start_s[0]],
		.end_s = compare->end_s[compare->end_s[1] > compare->end_s[0]],
		.minutes_only = compare->bucket_s < 3600,
	};
	int status = new_book(compare, 0);
	if (status == STATUS_OK)
		status = compare_source_read_redis(config, &wanted, compare->books[0]);
	if (status)
		return status;
	compare->has_usage = true;
	compare->books[1] = compare->books[0];
	return print(compare);
}

/* Which flows of an input are before, which after. */
static void plan_peers(struct compare *compare, const struct config *config, int input, int inputs)
{
	struct compare_peers *peers = &compare->peers;
	peers->is_asymmetric = config->asymmetric;
	for (int side = 0; side < PEERS_SIDES; side++) {
		peers->is_wanted[side] = inputs == 1 || side == input;
		peers->start_s[side] = compare->start_s[side];
		peers->end_s[side] = compare->end_s[side];
	}
}

static int compare_inputs(
	struct compare *compare, const struct config *config, char **paths, int inputs)
{
	int status = STATUS_OK;
	if (peers_new(&compare->peers.peers) < 0) {
		log_error("out of memory");
		return STATUS_FAILURE;
	}
	for (int i = 0; i < inputs; i++) {
		plan_peers(compare, config, i, inputs);
		int read = read_input(compare, config, paths[i], i);
		status = read ? read : status;
		if (read && (read != STATUS_FAILURE || book_ranges(compare->books[i]) == 0))
			return status;
	}
	if (inputs == 1)
		compare->books[1] = compare->books[0];
	int printed = print(compare);
	return printed ? printed : status;
}

static void done(struct compare *compare)
{
	if (compare->books[1] != compare->books[0])
		book_free(compare->books[1]);
	book_free(compare->books[0]);
	peers_free(compare->peers.peers);
	if (compare->is_set_up)
		setup_close(&compare->setup);
	free(compare->lines);
}

int command_compare(int argc, char **argv)
{
	static const struct argp argp = {.options = more_options, .parser = parse_option};
	struct compare compare = {.start_s = {INT64_MIN, INT64_MIN},
		.end_s = {INT64_MAX, INT64_MAX},
		.bucket_s = 3600};
	struct config config;
	char **paths = NULL;
	size_t count = 0;
	int status =
		options_parse_more(argc, argv, "compare", &argp, &compare, &config, &paths, &count);
	if (status)
		return status;
	bool has_windows = compare.has_window[0] && compare.has_window[1];
	if (count == INPUTS || (count == 1 && has_windows)) {
		status = compare_inputs(&compare, &config, paths, (int)count);
	} else if (count == 0 && has_windows && config.redis) {
		status = compare_redis(&compare, &config);
	} else {
		log_error("compare needs BEFORE and AFTER, or one input or --redis URL with "
			  "--before START..END and --after START..END");
		status = STATUS_USAGE;
	}
	done(&compare);
	config_done(&config);
	return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_SUMMARY_H
#define COMMANDS_SUMMARY_H
/* What a person wants to read at the end of a replay: what jumped, from what to what, when. */
#include <stdio.h>

#include "alert/words.h"
#include "commands/feed.h"

#define SUMMARY_EPISODES_MAX 200 /* further ones are counted only */

/* One episode, from its open to its latest event. */
struct summary_episode {
	char id[ALERT_ID_SIZE], range[64], technique[24];
	enum alert_state state; /* of the latest event */
	const char *close_reason, *metric;
	int64_t start_s, end_s; /* window of the latest event */
	uint32_t scale_s;
	double observed, expected; /* of a bucket, on average */
	double ratio, rise_percent;
	char words[WORDS_ALL_SIZE];
};

/* Zeroed at first. */
struct summary {
	struct summary_episode episodes[SUMMARY_EPISODES_MAX];
	uint32_t count;
	uint64_t left_out;
};

/* Takes every alert as it is raised; notices and trends are left out. */
void summary_take(struct summary *summary, const struct alert *alert);

/* Prints it to `stream`. */
void summary_print(const struct summary *summary, const struct feed_result *result, FILE *stream);

#endif

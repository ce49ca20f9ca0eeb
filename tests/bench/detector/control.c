/* SPDX-License-Identifier: Apache-2.0 */
/*
 * control: how often the control group is judged rightly, over series of `simulate` on stdin.
 *
 *	simulate M 10 3600 10 quiet 100 1 | control
 *
 * Each series is a control group's. Windows of 6 hours are compared, after three weeks: where the
 * scenario plants nothing, every one; else the first 6 hours of what it plants. Prints one line:
 *
 *	WINDOWS HELD | OWN UNKNOWN SHARED at a range's rise of 3 | the same at 13
 *
 * HELD is the part of the 95 % intervals that hold the true ratio, 1 in a quiet series.
 */
#include "detect/control.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOUR_S 3600
#define WINDOW_S (6 * HOUR_S)
#define LEARNT_S (21 * 24 * HOUR_S)
#define SCALE 1 /* of hours, among the sensor's */
#define HOSTS 1000

struct tally {
	unsigned windows, held, verdicts[2][3];
};

/* The group that is being followed. */
struct group {
	char name[160];
	enum detect_metric metric;
	double truth; /* planted ratio; 1: nothing */
	long long first_s, begin_s, next_s;
	struct detector *detector;
	struct control_record *record;
};

static struct detect_settings settings;

static void begin_group(struct group *group, const char *name, long long time_s)
{
	char noise, scenario[32];
	double base;
	long long number, begin_s, end_s;

	snprintf(group->name, sizeof(group->name), "%s", name);
	if (sscanf(name, "%c/%lf/%31[^/]/%lld/%lld/%lld", &noise, &base, scenario, &number,
		    &begin_s, &end_s) != 6)
		exit(1);
	group->metric = noise == 'P' ? DETECT_HOSTS : DETECT_FLOWS;
	group->truth = strcmp(scenario, "x13") == 0 ? 13 : strcmp(scenario, "x3") == 0 ? 3 : 1;
	group->first_s = time_s;
	group->begin_s = group->truth > 1 ? begin_s : time_s + LEARNT_S;
	group->next_s = group->begin_s;
	detector_init(group->detector, &settings);
	memset(group->record, 0, sizeof(*group->record));
}

static void compare(struct group *group, long long start_s, struct tally *tally)
{
	static const double rises[2] = {3, 13};
	struct control_contrast contrast;

	for (int i = 0; i < 2; i++) {
		struct detect_event event = {
			.scale = SCALE,
			.metric = group->metric,
			.method = DETECT_ABSOLUTE,
			.window_start_s = start_s,
			.window_end_s = start_s + WINDOW_S,
			.ratio = rises[i],
		};

		if (!control_compare(group->record, &settings, &event, HOSTS, &contrast))
			return;
		tally->verdicts[i][contrast.verdict]++;
	}
	tally->windows++;
	tally->held += contrast.ratio_low <= group->truth && contrast.ratio_high >= group->truth;
}

static void take(struct group *group, long long time_s, double count, double rest, double coverage,
	struct tally *tally)
{
	struct detect_input input = {
		.start_s = time_s,
		.count = {count, count},
		.rest = {rest, rest},
		.coverage = coverage,
	};
	struct detect_event event;

	control_note(group->record, group->detector, &settings, SCALE, &input);
	detector_update(group->detector, &settings, SCALE, &input, &event);
	if (time_s + HOUR_S < group->next_s + WINDOW_S)
		return;
	compare(group, group->next_s, tally);
	group->next_s = group->truth > 1 ? INT64_MAX / 2 : group->next_s + WINDOW_S;
}

static void print_verdicts(const unsigned verdicts[3], double windows)
{
	printf(" | %.3f %.3f %.3f", verdicts[CONTROL_OWN] / windows,
		verdicts[CONTROL_UNKNOWN] / windows, verdicts[CONTROL_SHARED] / windows);
}

/* Takes all lines behind the first, which is the heading. Returns 0, or 1 for a line that is none.
 */
static int take_lines(struct group *group, struct tally *tally)
{
	char line[512], name[160];

	if (!fgets(line, sizeof(line), stdin))
		return 1;
	while (fgets(line, sizeof(line), stdin)) {
		long long time_s;
		double count, rest, coverage;

		if (sscanf(line, "%159[^,],%lld,%lf,%lf,%lf", name, &time_s, &count, &rest,
			    &coverage) != 5)
			return 1;
		if (strcmp(name, group->name) != 0)
			begin_group(group, name, time_s);
		take(group, time_s, count, rest, coverage, tally);
	}
	return 0;
}

int main(void)
{
	struct group group = {.name = ""};
	struct tally tally = {0};
	int status = 1;

	if (detect_settings_init(&settings, 12, 400) < 0)
		return 1;
	group.detector = malloc(detector_size(&settings));
	group.record = malloc(sizeof(*group.record));
	if (group.detector && group.record)
		status = take_lines(&group, &tally);
	double windows = tally.windows ? tally.windows : 1;
	printf("%u %.3f", tally.windows, tally.held / windows);
	print_verdicts(tally.verdicts[0], windows);
	print_verdicts(tally.verdicts[1], windows);
	printf("\n");
	free(group.detector);
	free(group.record);
	return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/words.h"

#include <stdio.h>
#include <string.h>

#include "alert/number.h"

#define SPAN_SIZE 24

/* In a unit that gives two digits or so. */
static const char *format_span(uint32_t span_s, char ret_text[SPAN_SIZE])
{
	static const struct {
		uint32_t from_s, unit_s;
		const char *name;
	} units[] = {{172800, 86400, "days"}, {5400, 3600, "h"}, {90, 60, "min"}, {0, 1, "s"}};
	size_t i = 0;
	while (span_s < units[i].from_s)
		i++;
	snprintf(ret_text, SPAN_SIZE, "%.0f %s", (double)span_s / units[i].unit_s, units[i].name);
	return ret_text;
}

const char *words_coordination(const struct alert *alert, char ret_text[WORDS_SIZE])
{
	const struct alert_coordination *from = &alert->coordination;
	char span[SPAN_SIZE];
	int length;
	ret_text[0] = '\0';
	if (!from->is_known)
		return ret_text;
	double moved = number_finite(from->moved_hosts), active = number_finite(from->active_hosts);
	if (moved < 0.5)
		length = snprintf(ret_text, WORDS_SIZE,
			"none of the %.0f active hosts took it up anew", active);
	else
		length = snprintf(ret_text, WORDS_SIZE, "%.0f of %.0f active hosts took it up",
			moved, active);
	if (from->has_times)
		snprintf(ret_text + length, WORDS_SIZE - (size_t)length, ", half of them within %s",
			format_span(from->half_within_s, span));
	return ret_text;
}

/* How the rest of the tap did, by the verdict and by whether it has surely risen. */
static const char *describe_rest(const struct alert_control *from)
{
	if (strcmp(from->verdict, "shared") == 0)
		return "the rest of the tap rose as well";
	if (strcmp(from->verdict, "own") == 0)
		return from->ratio_low > 1 ? "the rest of the tap rose less"
					   : "the rest of the tap did not rise with it";
	return "whether the rest of the tap rose with it is not sure";
}

const char *words_control(const struct alert *alert, char ret_text[WORDS_SIZE])
{
	const struct alert_control *from = &alert->control;
	ret_text[0] = '\0';
	if (from->is_known)
		snprintf(ret_text, WORDS_SIZE, "%s: %.1fx (95 %% CI %.1f to %.1f)",
			describe_rest(from), number_finite(from->ratio),
			number_finite(from->ratio_low), number_finite(from->ratio_high));
	return ret_text;
}

const char *words_all(const struct alert *alert, char ret_text[WORDS_ALL_SIZE])
{
	char moves[WORDS_SIZE], control[WORDS_SIZE];
	words_coordination(alert, moves);
	words_control(alert, control);
	snprintf(
		ret_text, WORDS_ALL_SIZE, "%s%s%s", moves, *moves && *control ? "; " : "", control);
	return ret_text;
}

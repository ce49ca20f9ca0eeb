/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/summary.h"

#include <inttypes.h>
#include <stdio.h>

#include "alert/eve.h"
#include "alert/number.h"
#include "alert/words.h"
#include "base/text.h"

struct writer {
	struct summary *summary;
	size_t used;
};

static char *next_value(struct writer *writer, const char *name)
{
	writer->summary->fields[writer->used].name = name;
	return writer->summary->fields[writer->used++].value;
}

static void add_text(struct writer *writer, const char *name, const char *value)
{
	text_make_printable(value, next_value(writer, name), SUMMARY_VALUE_SIZE);
}

static void add_integer(struct writer *writer, const char *name, int64_t value)
{
	snprintf(next_value(writer, name), SUMMARY_VALUE_SIZE, "%" PRId64, value);
}

static void add_number(struct writer *writer, const char *name, double value)
{
	number_format(value, 15, next_value(writer, name));
}

void summary_make(const struct alert *alert, const char *sensor, struct summary *ret_summary)
{
	struct writer writer = {ret_summary, 0};
	char words[WORDS_ALL_SIZE];
	add_text(&writer, "alert_id", alert->id);
	add_text(&writer, "state", eve_state_name(alert->state));
	add_text(&writer, "range", alert->range);
	add_text(&writer, "technique", alert->technique);
	add_text(&writer, "metric", alert->metric ? alert->metric : "");
	add_number(&writer, "ratio", number_round(alert->ratio, 4));
	add_number(&writer, "rise_percent", number_round_places(alert->rise_percent, 1));
	add_number(&writer, "score", number_round_places(alert->score, 2));
	add_integer(&writer, "severity", alert->severity);
	add_integer(&writer, "time_ms", alert->time_us / 1000);
	add_integer(&writer, "scale_seconds", alert->scale_s);
	add_integer(&writer, "window_end_s", alert->window_end_s);
	add_text(&writer, "sensor", sensor);
	add_text(&writer, "control_verdict",
		alert->control.is_known ? alert->control.verdict : "unknown");
	add_text(&writer, "explanation", words_all(alert, words));
}

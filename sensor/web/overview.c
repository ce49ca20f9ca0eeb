/* SPDX-License-Identifier: Apache-2.0 */
#include "web/overview.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "web/reply.h"

#define HOUR_MS INT64_C(3600000)

/* An answer as it was given last. */
struct kept {
	char *text; /* NULL: none yet */
	uint64_t version;
	int64_t made_ms;
};

struct overview {
	struct ledger *ledger;
	struct episodes *episodes;
	pthread_mutex_t lock; /* for all below */
	struct kept kept[LEDGER_METRICS];
	struct ledger_range range; /* the one at hand */
	struct ledger_techniques techniques;
};

struct overview *overview_new(struct ledger *ledger, struct episodes *episodes)
{
	struct overview *overview = calloc(1, sizeof *overview);
	if (!overview)
		return NULL;
	overview->ledger = ledger;
	overview->episodes = episodes;
	pthread_mutex_init(&overview->lock, NULL);
	return overview;
}

void overview_free(struct overview *overview)
{
	if (!overview)
		return;
	for (size_t i = 0; i < LEDGER_METRICS; i++)
		free(overview->kept[i].text);
	pthread_mutex_destroy(&overview->lock);
	free(overview);
}

static int64_t clock_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static json_t *make_row(
	const struct overview *overview, size_t technique, enum ledger_metric metric)
{
	const struct ledger_range *range = &overview->range;
	int64_t hour = range->last_ms / HOUR_MS;
	json_t *spark = json_array();
	for (int64_t i = hour - OVERVIEW_SPARKS + 1; i <= hour; i++)
		json_array_append_new(
			spark, reply_number(ledger_hour(range, i, technique, metric)));
	const char *name = overview->techniques.names[technique];
	return json_pack("{s:o, s:o, s:o, s:o}", "technique", reply_text(name, strlen(name)), "now",
		reply_number(ledger_now(range, technique, metric)), "usual",
		reply_number(ledger_usual(range, hour, technique, metric)), "spark", spark);
}

static json_t *make_range(const struct overview *overview, enum ledger_metric metric)
{
	json_t *rows = json_array();
	for (size_t i = 0; i < overview->techniques.count; i++)
		json_array_append_new(rows, make_row(overview, i, metric));
	return json_pack("{s:o, s:I, s:o}", "range",
		reply_text(overview->range.name, strlen(overview->range.name)), "last_ms",
		(json_int_t)overview->range.last_ms, "techniques", rows);
}

static char *make_text(
	struct overview *overview, const struct ledger_sum *sum, enum ledger_metric metric)
{
	json_t *ranges = json_array();
	for (size_t i = 0;
		ledger_copy(overview->ledger, i, &overview->range, &overview->techniques); i++)
		json_array_append_new(ranges, make_range(overview, metric));
	bool is_loading = !sum->is_swept || sum->complete < sum->ranges;
	json_t *all = json_pack("{s:b, s:I, s:I, s:o, s:o}", "loading", (int)is_loading, "complete",
		(json_int_t)sum->complete, "left_out", (json_int_t)sum->left_out, "open",
		episodes_count_open(overview->episodes), "ranges", ranges);
	char *text = all ? reply_dump(all) : NULL;
	json_decref(all);
	return text;
}

static void renew(struct overview *overview, struct kept *kept, enum ledger_metric metric)
{
	struct ledger_sum sum;
	struct episodes_sum alerts;
	ledger_sum(overview->ledger, &sum);
	episodes_sum(overview->episodes, &alerts);
	sum.version += alerts.version; /* both only grow */
	if (kept->text &&
		(kept->version == sum.version || clock_ms() - kept->made_ms < OVERVIEW_KEEP_MS))
		return;
	char *text = make_text(overview, &sum, metric);
	if (!text)
		return;
	free(kept->text);
	*kept = (struct kept){.text = text, .version = sum.version, .made_ms = clock_ms()};
}

void overview_show(struct overview *overview, struct request *request, struct answer *ret_answer)
{
	enum ledger_metric metric = ledger_metric_find(request_query(request, "metric"));
	struct kept *kept = &overview->kept[metric];
	pthread_mutex_lock(&overview->lock);
	renew(overview, kept, metric);
	char *text = kept->text ? strdup(kept->text) : NULL;
	pthread_mutex_unlock(&overview->lock);
	reply_owned(ret_answer, 200, text);
}

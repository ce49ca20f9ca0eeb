/* SPDX-License-Identifier: Apache-2.0 */
#include "web/episode_view.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "web/acks.h"
#include "web/alert_filter.h"
#include "web/alerts.h"
#include "web/reply.h"

static const char *const orders[EPISODE_ORDERS] = {
	"time", "began", "state", "technique", "range", "ratio", "rise", "severity", "acked"};

struct selection {
	struct alert_filter filter;
	bool is_by_ack, is_acked;
};

static bool is_wanted(const void *user, const struct names *names, const struct episode *episode)
{
	const struct selection *selection = user;
	char severity[16] = "";
	if (selection->is_by_ack && selection->is_acked != episode->is_acked)
		return false;
	if (isfinite(episode->severity))
		snprintf(severity, sizeof severity, "%.0f", (double)episode->severity);
	return alert_filter_admits(&selection->filter,
		(const char *const[ALERT_FILTER_CHOICES]){names_text(names, episode->range),
			names_text(names, episode->technique), severity,
			names_text(names, episode->state)},
		episode->time_ms);
}

static int parse_order(const char *name, enum episode_order *ret_order)
{
	for (enum episode_order i = 0; i < EPISODE_ORDERS; i++)
		if (!name || strcmp(name, orders[i]) == 0) {
			*ret_order = i;
			return 0;
		}
	return -1;
}

static int parse_count(const char *text, size_t otherwise, size_t max, size_t *ret_count)
{
	char *end;
	*ret_count = otherwise;
	if (!text)
		return 0;
	unsigned long count = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || count > max)
		return -1;
	*ret_count = count;
	return 0;
}

static int parse_wish(
	struct request *request, struct selection *ret_selection, struct episode_wish *ret_wish)
{
	const char *direction = request_query(request, "dir");
	const char *acked = request_query(request, "acked");
	ret_selection->is_by_ack = acked && *acked;
	ret_selection->is_acked = acked && strcmp(acked, "yes") == 0;
	ret_wish->is_descending = direction && strcmp(direction, "desc") == 0;
	ret_wish->is_wanted = is_wanted;
	ret_wish->user = ret_selection;
	if (alert_filter_parse(request, &ret_selection->filter) < 0 ||
		*ret_selection->filter.search ||
		parse_order(request_query(request, "sort"), &ret_wish->order) < 0 ||
		parse_count(request_query(request, "limit"), ALERTS_PAGE, ALERTS_PAGE_MAX,
			&ret_wish->limit) < 0 ||
		parse_count(request_query(request, "offset"), 0, EPISODES_SHOWN - ALERTS_PAGE_MAX,
			&ret_wish->offset) < 0)
		return -1;
	return 0;
}

/* Who else writes acknowledgements is not known: each look puts right what it shows. */
static void renew_acks(struct episodes *episodes, const json_t *rows)
{
	size_t index;
	const json_t *row;
	json_array_foreach(rows, index, row)
		episodes_set_ack(episodes, json_string_value(json_object_get(row, "alert_id")),
			json_object_get(row, "ack") != NULL);
}

void episode_view_list(struct episodes *episodes, struct store *store, struct request *request,
	struct answer *ret_answer)
{
	struct selection selection;
	struct episode_wish wish;
	struct episodes_sum sum;
	char since[STORE_ID_SIZE];
	if (parse_wish(request, &selection, &wish) < 0) {
		reply_error(ret_answer, 400, "bad", "the query cannot be understood");
		return;
	}
	json_t *list = episodes_list(episodes, &wish);
	json_t *rows = json_object_get(list, "episodes");
	if (rows && acks_add(store, rows) != 0) {
		reply_store(ret_answer, store);
		json_decref(list);
		return;
	}
	renew_acks(episodes, rows);
	episodes_sum(episodes, &sum);
	snprintf(since, sizeof since, "%" PRIu64 "-%" PRIu64, sum.oldest.ms, sum.oldest.number);
	json_object_set_new(list, "loading", json_boolean(!sum.is_complete));
	json_object_set_new(
		list, "since", sum.is_cut || !sum.is_complete ? json_string(since) : json_null());
	reply_json(ret_answer, 200, list);
}

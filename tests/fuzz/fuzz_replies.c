/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a server that is no Redis, or a Redis that others write to, answers the dashboard: all bytes
 * behind the first are replies, one after the other. The first byte chooses who asks: the thread
 * that follows everything; the reader of usage; those of alerts, acknowledgements and sensors.
 * Whatever comes, what browsers are told is well-formed.
 */
#include "base/log.h"
#include "tests/unit/redis_double.h"
#include "web/acks.h"
#include "web/alert_walk.h"
#include "web/alerts.h"
#include "web/health.h"
#include "web/reply.h"
#include "web/usage_hours.h"
#include "web/usage_reader.h"
#include "web/watcher.h"

#include <math.h>

#define PREFIX "surgetap:"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct ledger_range range; /* 190 KB: not for the stack */

static void check(int holds, const char *claim)
{
	if (holds)
		return;
	fprintf(stderr, "does not hold: %s\n", claim);
	abort();
}

static void check_json(json_t *value, const char *claim)
{
	char *text = value ? reply_dump(value) : NULL;

	check(text != NULL, claim);
	free(text);
	json_decref(value);
}

static void check_ledger(struct ledger *ledger)
{
	struct ledger_techniques techniques;

	for (size_t i = 0; ledger_copy(ledger, i, &range, &techniques); i++) {
		check(strlen(range.name) < LEDGER_NAME_SIZE, "a range's name is ended");
		check(range.first_ms <= range.last_ms, "a range begins before it ends");
		check(techniques.count <= LEDGER_TECHNIQUES_MAX, "techniques are bounded");
		for (size_t t = 0; t < techniques.count; t++) {
			double now = ledger_now(&range, t, LEDGER_FLOWS);

			check(isnan(now) || now >= 0, "a mean is no less than zero");
			json_decref(reply_number(now));
			check_json(reply_text(techniques.names[t], strlen(techniques.names[t])),
				"a technique's name can be told");
		}
	}
}

/* Each event is lines of a field and a value, and an empty one behind them. */
static void check_events(const char *text)
{
	static const char *const fields[] = {"id: ", "event: ", "data: "};

	for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
		bool is_known = *line == '\n';

		check(strchr(line, '\n') != NULL, "an event is whole");
		for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
			is_known |= strncmp(line, fields[i], strlen(fields[i])) == 0;
		check(is_known, "an event has lines of its own alone");
	}
}

static void check_hub(struct hub *hub)
{
	size_t room = (HUB_EVENTS + 1) * (HUB_EVENT_MAX + 256), used = 0, got;
	char *text = malloc(room);
	struct hub_place place;

	check(text != NULL, "there is memory");
	hub_seek(hub, "0-0", &place);
	while ((got = hub_read(hub, &place, text + used, room - used - 1)) > 0)
		used += got;
	text[used] = '\0';
	check_events(text);
	free(text);
}

static void wake(void *user)
{
	(void)user;
}

static void ask_as_watcher(struct redis_double *server)
{
	atomic_bool is_connected = false;
	struct watcher_settings settings = {
		.url = &server->url,
		.prefix = PREFIX,
		.hub = hub_new(),
		.ledger = ledger_new(),
		.episodes = episodes_new(),
		.wake = wake,
		.is_connected = &is_connected,
	};
	struct watcher *watcher = NULL;

	check(settings.hub && settings.ledger && settings.episodes &&
			watcher_start(&settings, &watcher) == 0,
		"a watcher can be started");
	redis_double_wait(server);
	watcher_stop(watcher);
	check_hub(settings.hub);
	check_ledger(settings.ledger);
	check_json(episodes_count_open(settings.episodes), "what is open can be told");
	hub_free(settings.hub);
	ledger_free(settings.ledger);
	episodes_free(settings.episodes);
}

static void take_hour(void *user, int64_t ms, const struct ledger_slot *hour)
{
	(void)user;
	check(ms >= 0 && hour->minutes == 1, "an hour has a time");
}

static void ask_as_usage_reader(struct store *store)
{
	struct ledger *ledger = ledger_new();
	struct usage_reader *reader = usage_reader_new(store, ledger);
	bool is_behind;

	check(ledger && reader, "a reader can be made");
	for (int i = 0; i < 3; i++)
		usage_reader_step(reader, &is_behind);
	usage_hours_read(store, ledger, "ten", 0, INT64_C(86400000), take_hour, NULL);
	check_ledger(ledger);
	usage_reader_free(reader);
	ledger_free(ledger);
}

static void ask_for_alerts(struct store *store)
{
	struct alert_walk walk = {0};
	struct redis_value *entries;
	json_t *alerts = json_array();

	for (int i = 0; i < 3 && !walk.is_over; i++) {
		if (alert_walk_read(&walk, store, &entries) != 0)
			break;
		for (size_t k = 0; k < redis_value_count(entries); k++)
			if (alert_walk_move(&walk, redis_value_item(entries, k)))
				json_array_append_new(
					alerts, alerts_make(redis_value_item(entries, k)));
		redis_value_free(entries);
	}
	acks_add(store, alerts);
	check_json(alerts, "alerts can be told");
}

static void ask_for_sensors(struct store *store)
{
	const struct server_counts counts = {0};
	struct answer answer = {0};

	health_show(store, &counts, &answer);
	check(answer.owned != NULL, "there is an answer");
	free(answer.owned);
}

static void ask_as_reader(struct redis_double *server, unsigned who)
{
	struct store *store = store_new(&server->url, PREFIX);

	check(store != NULL, "a store can be made");
	if (who == 1)
		ask_as_usage_reader(store);
	else if (who == 2)
		ask_for_alerts(store);
	else
		ask_for_sensors(store);
	store_free(store);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *nowhere;
	struct redis_double server = {.bytes = data + 1, .count = size - 1};

	if (size == 0)
		return 0;
	if (!nowhere)
		log_set_stream(nowhere = fopen("/dev/null", "w"));
	check(redis_double_start(&server) == 0, "a server can be started");
	if (data[0] % 4 == 0)
		ask_as_watcher(&server);
	else
		ask_as_reader(&server, data[0] % 4);
	redis_double_stop(&server);
	return 0;
}

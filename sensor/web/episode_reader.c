/* SPDX-License-Identifier: Apache-2.0 */
#include "web/episode_reader.h"

#include <errno.h>

#include "web/acks.h"
#include "web/alerts.h"

void episode_reader_init(
	struct episode_reader *reader, struct store *store, struct episodes *episodes)
{
	*reader = (struct episode_reader){.store = store, .episodes = episodes};
}

static int read_past(struct episode_reader *reader)
{
	struct redis_value *entries;
	int r = alert_walk_read(&reader->walk, reader->store, &entries);
	if (r != 0)
		return r;
	json_t *alerts = json_array();
	for (size_t i = 0; i < redis_value_count(entries); i++)
		if (alert_walk_move(&reader->walk, redis_value_item(entries, i)))
			json_array_append_new(alerts, alerts_make(redis_value_item(entries, i)));
	redis_value_free(entries);
	r = acks_add(reader->store, alerts);
	bool is_full = false;
	for (size_t i = 0; r == 0 && i < json_array_size(alerts); i++)
		is_full |= episodes_take(reader->episodes, json_array_get(alerts, i)) == -ENOSPC;
	json_decref(alerts);
	reader->is_done = r == 0 && (is_full || reader->walk.is_over);
	if (reader->is_done)
		episodes_complete(reader->episodes);
	return r;
}

/* A stream that is trimmed loses its oldest entries. */
static int forget_trimmed(struct episode_reader *reader)
{
	struct redis_value *entries;
	struct stream_id oldest;
	int r = store_read_on(reader->store, "alerts", "-", "+", 1, &entries);
	if (r != 0)
		return r;
	const char *id = redis_value_count(entries) == 1
				 ? store_entry_id(redis_value_item(entries, 0))
				 : NULL;
	if (id && stream_id_parse(id, &oldest) == 0)
		episodes_forget(reader->episodes, &oldest);
	else
		episodes_clear(reader->episodes);
	redis_value_free(entries);
	return 0;
}

int episode_reader_step(struct episode_reader *reader)
{
	return reader->is_done ? forget_trimmed(reader) : read_past(reader);
}

void episode_reader_restart(struct episode_reader *reader)
{
	reader->walk = (struct alert_walk){0};
	reader->is_done = false;
	episodes_clear(reader->episodes);
}

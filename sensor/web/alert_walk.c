/* SPDX-License-Identifier: Apache-2.0 */
#include "web/alert_walk.h"

static size_t count_bytes(const struct redis_value *entries)
{
	size_t bytes = 0, length;
	for (size_t i = 0; i < redis_value_count(entries); i++) {
		const struct redis_value *entry = redis_value_item(entries, i);
		const struct redis_value *values = store_entry_fields(entry);
		for (size_t k = 0; k < redis_value_count(values); k++) {
			redis_value_text(redis_value_item(values, k), &length);
			bytes += length;
		}
	}
	return bytes;
}

/* A server that gives no older entries again and again would never let the walk end. */
static bool leads_on(const struct alert_walk *walk, const struct redis_value *entries)
{
	struct stream_id last;
	size_t count = redis_value_count(entries);
	const char *id = count > 0 ? store_entry_id(redis_value_item(entries, count - 1)) : NULL;
	return id && stream_id_parse(id, &last) == 0 &&
	       (!walk->is_begun || stream_id_compare(&last, &walk->at) < 0);
}

int alert_walk_read(struct alert_walk *walk, struct store *store, struct redis_value **ret_entries)
{
	unsigned asked = walk->batch > 0 ? walk->batch : ALERT_WALK_FIRST;
	int r = store_read_back(
		store, "alerts", walk->is_begun ? &walk->at : NULL, asked, ret_entries);
	if (r != 0)
		return r;
	size_t count = redis_value_count(*ret_entries);
	walk->is_over = count < asked || !leads_on(walk, *ret_entries);
	size_t fit = count * ALERT_WALK_BYTES / (count_bytes(*ret_entries) + 1);
	walk->batch = fit < 1 ? 1 : fit > ALERT_WALK_ENTRIES ? ALERT_WALK_ENTRIES : (unsigned)fit;
	return 0;
}

bool alert_walk_move(struct alert_walk *walk, const struct redis_value *entry)
{
	const char *id = store_entry_id(entry);
	if (!id || stream_id_parse(id, &walk->at) < 0)
		return false;
	walk->is_begun = true;
	return true;
}

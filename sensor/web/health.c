/* SPDX-License-Identifier: Apache-2.0 */
#include "web/health.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "publish/entry.h"
#include "web/reply.h"

#define FIELDS_MAX 200

static json_t *make_fields(const struct redis_value *values)
{
	size_t count = redis_value_count(values);
	json_t *fields = count > 0 ? json_object() : json_null();
	for (size_t i = 0; i + 1 < count && i < FIELDS_MAX; i += 2) {
		size_t name_length, length;
		const char *name = redis_value_text(redis_value_item(values, i), &name_length);
		const char *value = redis_value_text(redis_value_item(values, i + 1), &length);
		json_t *cleaned = reply_text(name, name_length);
		json_object_set_new(fields, json_string_value(cleaned), reply_text(value, length));
		json_decref(cleaned);
	}
	return fields;
}

/* The names in the sorted set come from the sensors as they are; their keys are escaped. */
static json_t *make_sensor(
	struct store *store, const struct redis_value *name_value, const struct redis_value *score)
{
	char part[ENTRY_KEY_SIZE], suffix[ENTRY_KEY_SIZE + 8], key[STORE_KEY_SIZE];
	size_t length, score_length;
	struct redis_value *values;
	const char *name = redis_value_text(name_value, &length);
	snprintf(suffix, sizeof suffix, "sensor:%s", entry_make_key(name, part, sizeof part));
	if (store_call(store, 2, (const char *[]){"HGETALL", store_key(store, suffix, key)},
		    &values) != 0)
		return NULL;
	json_t *sensor = json_pack("{s:o, s:o, s:o}", "name", reply_text(name, length), "seen_ms",
		reply_number(strtod(redis_value_text(score, &score_length), NULL)), "fields",
		make_fields(values));
	redis_value_free(values);
	return sensor;
}

static json_t *make_server(const struct server_counts *counts)
{
	return json_pack("{s:I, s:I, s:I}", "connections", (json_int_t)counts->connections, "late",
		(json_int_t)counts->late, "crowded_out", (json_int_t)counts->crowded_out);
}

void health_show(struct store *store, const struct server_counts *counts, struct answer *ret_answer)
{
	char key[STORE_KEY_SIZE], last[16];
	struct redis_value *names;
	snprintf(last, sizeof last, "%d", HEALTH_SENSORS_MAX - 1);
	if (store_call(store, 5,
		    (const char *[]){
			    "ZREVRANGE", store_key(store, "sensors", key), "0", last, "WITHSCORES"},
		    &names) != 0) {
		reply_store(ret_answer, store);
		return;
	}
	json_t *sensors = json_array();
	for (size_t i = 0; i + 1 < redis_value_count(names); i += 2) {
		json_t *sensor = make_sensor(
			store, redis_value_item(names, i), redis_value_item(names, i + 1));
		if (sensor)
			json_array_append_new(sensors, sensor);
	}
	redis_value_free(names);
	reply_json(ret_answer, 200,
		json_pack("{s:I, s:o, s:o}", "now_ms", (json_int_t)time(NULL) * 1000, "sensors",
			sensors, "server", make_server(counts)));
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "web/acks.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "web/reply.h"

#define ID_MAX 64
#define ACK_MAX                                                                                    \
	(8 * ACKS_COMMENT_MAX) /* bytes as JSON, in which one may become six; others are no        \
				* acknowledgements of ours */

static const char id_bytes[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-_";

static bool is_alert_id(const char *id)
{
	size_t length = id ? strspn(id, id_bytes) : 0;
	return length > 0 && length <= ID_MAX && id[length] == '\0';
}

static void add_ack(json_t *alert, const struct redis_value *value)
{
	size_t length;
	const char *text = redis_value_text(value, &length);
	bool is_sized = length > 0 && length <= ACK_MAX;
	json_t *ack = is_sized ? json_loadb(text, length, 0, NULL) : NULL;
	if (json_is_object(ack))
		json_object_set(alert, "ack", ack);
	json_decref(ack);
}

int acks_add(struct store *store, json_t *alerts)
{
	char key[STORE_KEY_SIZE];
	const char *words[STORE_WORDS_MAX] = {"HMGET", store_key(store, "acks", key)};
	size_t count = 2, index;
	struct redis_value *values;
	json_t *alert;
	json_array_foreach(alerts, index, alert)
	{
		const char *id = json_string_value(json_object_get(alert, "alert_id"));
		if (count == STORE_WORDS_MAX)
			break;
		words[count++] = id ? id : "";
	}
	if (count == 2)
		return 0;
	int r = store_call(store, count, words, &values);
	if (r != 0)
		return r;
	for (size_t i = 0; i < redis_value_count(values) && i < count - 2; i++)
		add_ack(json_array_get(alerts, i), redis_value_item(values, i));
	redis_value_free(values);
	return 0;
}

static json_t *make_ack(json_t *wish)
{
	const char *comment = json_string_value(json_object_get(wish, "comment"));
	const char *by = json_string_value(json_object_get(wish, "by"));
	comment = comment ? comment : "";
	by = by ? by : "";
	if (strlen(comment) > ACKS_COMMENT_MAX || strlen(by) > ID_MAX)
		return NULL;
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return json_pack("{s:o, s:o, s:I}", "comment", reply_text(comment, strlen(comment)), "by",
		reply_text(by, strlen(by)), "time_ms",
		(json_int_t)now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

/* True when the hash takes no more: it is kept for good, so that it has a limit. */
static int check_room(struct store *store, bool *ret_is_full)
{
	char key[STORE_KEY_SIZE];
	struct redis_value *length;
	int r = store_call(
		store, 2, (const char *[]){"HLEN", store_key(store, "acks", key)}, &length);
	if (r != 0)
		return r;
	*ret_is_full = redis_value_number(length) >= ACKS_MAX;
	redis_value_free(length);
	return 0;
}

static int put(struct store *store, const char *id, const char *text)
{
	char key[STORE_KEY_SIZE];
	struct redis_value *value;
	const char *name = store_key(store, "acks", key);
	int r = text ? store_call(store, 4, (const char *[]){"HSET", name, id, text}, &value)
		     : store_call(store, 3, (const char *[]){"HDEL", name, id}, &value);
	if (r == 0)
		redis_value_free(value);
	return r;
}

static void tell(struct hub *hub, const char *id, json_t *ack)
{
	json_t *event = json_pack("{s:s, s:O?}", "alert_id", id, "ack", ack);
	char *text = event ? json_dumps(event, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;
	if (text)
		hub_add(hub, NULL, "ack", text);
	free(text);
	json_decref(event);
}

static void carry_out(struct store *store, struct hub *hub, struct episodes *episodes, json_t *wish,
	struct answer *ret_answer)
{
	const char *id = json_string_value(json_object_get(wish, "alert_id"));
	bool is_withdrawn = json_is_true(json_object_get(wish, "withdraw")), is_full = false;
	json_t *ack = is_withdrawn ? NULL : make_ack(wish);
	char *text = ack ? json_dumps(ack, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;
	if (!is_alert_id(id) || (!is_withdrawn && !text))
		reply_error(ret_answer, 400, "bad", "alert_id is wrong or the comment too long");
	else if (check_room(store, &is_full) != 0)
		reply_store(ret_answer, store);
	else if (is_full && !is_withdrawn)
		reply_error(ret_answer, 507, "full", "no more acknowledgements can be kept");
	else if (put(store, id, text) != 0)
		reply_store(ret_answer, store);
	else {
		tell(hub, id, ack);
		episodes_set_ack(episodes, id, ack != NULL);
		reply_json(ret_answer, 200, json_pack("{s:O?}", "ack", ack));
	}
	free(text);
	json_decref(ack);
}

void acks_write(struct store *store, struct hub *hub, struct episodes *episodes,
	struct request *request, struct answer *ret_answer)
{
	size_t size;
	const char *body = request_body(request, &size);
	json_t *wish = json_loadb(body, size, 0, NULL);
	if (json_is_object(wish))
		carry_out(store, hub, episodes, wish, ret_answer);
	else
		reply_error(ret_answer, 400, "bad", "the body is no JSON object");
	json_decref(wish);
}

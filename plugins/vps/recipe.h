/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VPS_RECIPE_H
#define VPS_RECIPE_H
/*
 * Recipes: how a service that one runs on a server of one's own shows itself in the clear. One side
 * opens, the other answers: only both together are a match, so that neither a scan, nor a stray
 * payload, nor a port is taken for the service.
 */
#include <surgetap/bytes.h>
#include <surgetap/payload.h>

#include <string.h>

/* Payloads of a flow that are looked at. Services open with their first one; so many are for
 * connections that are joined in their midst, and for what is random. */
#define VPS_PAYLOADS 16

struct vps_recipe {
	uint8_t transport;
	bool is_client_first; /* the client opens, the server answers; or the other way round */
	uint8_t grade;        /* enum surgetap_grade */
	uint8_t confidence_percent;
	const char *reason;
	/* True if the payload opens a conversation. What an answer has to repeat may be left in
	 * `token`. */
	bool (*opens)(uint32_t *token, const struct surgetap_payload *payload);
	/* True if the payload, of the other side, answers an opening that left `token`. */
	bool (*answers)(uint32_t token, const struct surgetap_payload *payload);
};

/* What a flow's sides have said; zero at start. */
struct vps_exchange {
	uint32_t token;
	uint8_t open; /* 1 + the place of the recipe whose opening was seen; 0 for none */
};

/* Reads a payload, in the order of the flow. Returns the recipe that it completes, or NULL. The
 * next payload of the other side answers an opening or ends it. */
const struct vps_recipe *vps_recipes_match(
	struct vps_exchange *exchange, uint8_t transport, const struct surgetap_payload *payload);

/* databases.c */
bool vps_postgresql_opens(uint32_t *token, const struct surgetap_payload *payload);
bool vps_postgresql_answers(uint32_t token, const struct surgetap_payload *payload);
bool vps_mysql_opens(uint32_t *token, const struct surgetap_payload *payload);
bool vps_mysql_answers(uint32_t token, const struct surgetap_payload *payload);
bool vps_tds_opens(uint32_t *token, const struct surgetap_payload *payload);
bool vps_tds_answers(uint32_t token, const struct surgetap_payload *payload);
bool vps_mongodb_opens(uint32_t *token, const struct surgetap_payload *payload);
bool vps_mongodb_answers(uint32_t token, const struct surgetap_payload *payload);
bool vps_cassandra_opens(uint32_t *token, const struct surgetap_payload *payload);
bool vps_cassandra_answers(uint32_t token, const struct surgetap_payload *payload);

/* caches.c */
bool vps_redis_opens(uint32_t *token, const struct surgetap_payload *payload);
bool vps_redis_answers(uint32_t token, const struct surgetap_payload *payload);
bool vps_memcached_opens(uint32_t *token, const struct surgetap_payload *payload);
bool vps_memcached_answers(uint32_t token, const struct surgetap_payload *payload);
bool vps_memcached_binary_opens(uint32_t *token, const struct surgetap_payload *payload);
bool vps_memcached_binary_answers(uint32_t token, const struct surgetap_payload *payload);

/* brokers.c */
bool vps_amqp_opens(uint32_t *token, const struct surgetap_payload *payload);
bool vps_amqp_answers(uint32_t token, const struct surgetap_payload *payload);
bool vps_mqtt_opens(uint32_t *token, const struct surgetap_payload *payload);
bool vps_mqtt_answers(uint32_t token, const struct surgetap_payload *payload);
bool vps_stomp_opens(uint32_t *token, const struct surgetap_payload *payload);
bool vps_stomp_answers(uint32_t token, const struct surgetap_payload *payload);
bool vps_nats_opens(uint32_t *token, const struct surgetap_payload *payload);
bool vps_nats_answers(uint32_t token, const struct surgetap_payload *payload);

/* screens.c */
bool vps_x11_opens(uint32_t *token, const struct surgetap_payload *payload);
bool vps_x11_answers(uint32_t token, const struct surgetap_payload *payload);
bool vps_spice_opens(uint32_t *token, const struct surgetap_payload *payload);
bool vps_spice_answers(uint32_t token, const struct surgetap_payload *payload);
bool vps_adb_opens(uint32_t *token, const struct surgetap_payload *payload);
bool vps_adb_answers(uint32_t token, const struct surgetap_payload *payload);
bool vps_mosh_opens(uint32_t *token, const struct surgetap_payload *payload);
bool vps_mosh_answers(uint32_t token, const struct surgetap_payload *payload);

/* True when a payload begins with one of the words, whose list ends with NULL. */
static inline bool vps_begins_with_any(
	const struct surgetap_payload *payload, const char *const *words)
{
	for (; *words != NULL; words++) {
		if (surgetap_begins_with(payload, *words, strlen(*words)))
			return true;
	}
	return false;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "recipe.h"

#define TCP 6
#define UDP 17
#define CLIENT_FIRST true
#define SERVER_FIRST false
#define PARSED SURGETAP_GRADE_DPI

static const struct vps_recipe recipes[] = {
	{TCP, CLIENT_FIRST, PARSED, 75, "PostgreSQL: startup and answer", vps_postgresql_opens,
		vps_postgresql_answers},
	{TCP, SERVER_FIRST, PARSED, 67, "MySQL: greeting and login", vps_mysql_opens,
		vps_mysql_answers},
	{TCP, CLIENT_FIRST, PARSED, 67, "SQL Server: prelogin both ways", vps_tds_opens,
		vps_tds_answers},
	{TCP, CLIENT_FIRST, PARSED, 50, "MongoDB: request and answer", vps_mongodb_opens,
		vps_mongodb_answers},
	{TCP, CLIENT_FIRST, PARSED, 67, "Cassandra: CQL both ways", vps_cassandra_opens,
		vps_cassandra_answers},
	{TCP, CLIENT_FIRST, PARSED, 67, "Redis: request and reply", vps_redis_opens,
		vps_redis_answers},
	{TCP, CLIENT_FIRST, PARSED, 67, "memcached: command and answer", vps_memcached_opens,
		vps_memcached_answers},
	{TCP, CLIENT_FIRST, PARSED, 67, "memcached: binary both ways", vps_memcached_binary_opens,
		vps_memcached_binary_answers},
	{TCP, CLIENT_FIRST, PARSED, 86, "AMQP: protocol header and answer", vps_amqp_opens,
		vps_amqp_answers},
	{TCP, CLIENT_FIRST, PARSED, 83, "MQTT: CONNECT and CONNACK", vps_mqtt_opens,
		vps_mqtt_answers},
	{TCP, CLIENT_FIRST, PARSED, 67, "STOMP: CONNECT and CONNECTED", vps_stomp_opens,
		vps_stomp_answers},
	{TCP, SERVER_FIRST, PARSED, 67, "NATS: INFO and CONNECT", vps_nats_opens, vps_nats_answers},
	{TCP, CLIENT_FIRST, PARSED, 67, "X11: connection setup", vps_x11_opens, vps_x11_answers},
	{TCP, CLIENT_FIRST, PARSED, 67, "SPICE: link both ways", vps_spice_opens,
		vps_spice_answers},
	{TCP, CLIENT_FIRST, PARSED, 67, "ADB: CNXN and answer", vps_adb_opens, vps_adb_answers},
	{UDP, CLIENT_FIRST, SURGETAP_GRADE_HEURISTIC, 67, "Mosh: counters of both ways",
		vps_mosh_opens, vps_mosh_answers},
};

#define COUNT (sizeof recipes / sizeof recipes[0])

/* The recipe that the opening belongs to, if this payload answers it. The opening is over. */
static const struct vps_recipe *close_opening(
	struct vps_exchange *exchange, const struct surgetap_payload *payload)
{
	const struct vps_recipe *recipe;

	if (exchange->open == 0)
		return NULL;
	recipe = &recipes[exchange->open - 1];
	if (recipe->is_client_first == payload->from_client)
		return NULL;
	exchange->open = 0;
	return recipe->answers(exchange->token, payload) ? recipe : NULL;
}

const struct vps_recipe *vps_recipes_match(
	struct vps_exchange *exchange, uint8_t transport, const struct surgetap_payload *payload)
{
	const struct vps_recipe *match = close_opening(exchange, payload);

	if (match != NULL)
		return match;
	for (size_t i = 0; i < COUNT; i++) {
		uint32_t token = 0;

		if (recipes[i].transport != transport ||
			recipes[i].is_client_first != payload->from_client ||
			!recipes[i].opens(&token, payload))
			continue;
		exchange->open = (uint8_t)(i + 1);
		exchange->token = token;
		return NULL;
	}
	return NULL;
}

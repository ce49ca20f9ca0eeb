/* SPDX-License-Identifier: Apache-2.0 */
/* Brokers of messages: AMQP, MQTT, STOMP, NATS. */
#include "recipe.h"

#define AMQP_HEAD 8u

/* AMQP 0-9-1, 4.2.2 ("AMQP", 0, 0, 9, 1); AMQP 1.0, 2.2 ("AMQP", kind of security, 1, 0, 0). */
static bool is_amqp_header(const struct surgetap_payload *payload)
{
	const uint8_t *bytes = payload->data;

	return payload->captured_bytes >= AMQP_HEAD && memcmp(bytes, "AMQP", 4) == 0 &&
	       bytes[4] <= 3 && bytes[5] <= 1 && bytes[6] <= 10 && bytes[7] <= 1;
}

bool vps_amqp_opens(uint32_t *token, const struct surgetap_payload *payload)
{
	(void)token;
	return is_amqp_header(payload);
}

/* AMQP 0-9-1 answers with connection.start: a method (1) on channel 0, its length, class 10,
 * method 10. Version 1.0, and whoever speaks another version, answers with a header. */
bool vps_amqp_answers(uint32_t token, const struct surgetap_payload *payload)
{
	static const uint8_t start[] = {0, 10, 0, 10};
	const uint8_t *bytes = payload->data;

	(void)token;
	return is_amqp_header(payload) ||
	       (payload->captured_bytes >= 11 && bytes[0] == 1 && surgetap_be16(bytes + 1) == 0 &&
		       memcmp(bytes + 7, start, sizeof start) == 0);
}

/* MQTT, 2.1.4: 7 bits to a byte, the least first, at most four. Returns how many bytes it takes; 0
 * if it is not whole. */
static uint32_t read_mqtt_length(const struct surgetap_payload *payload, uint32_t *ret_length)
{
	*ret_length = 0;
	for (uint32_t i = 0; i < 4 && i + 1 < payload->captured_bytes; i++) {
		uint8_t byte = payload->data[i + 1];

		*ret_length |= (uint32_t)(byte & 0x7f) << 7 * i;
		if (!(byte & 0x80))
			return i + 1;
	}
	return 0;
}

/* MQTT 5.0, 3.1, and 3.1: CONNECT, a name with its length, the version, whose upper bit is for
 * bridges. */
bool vps_mqtt_opens(uint32_t *token, const struct surgetap_payload *payload)
{
	uint32_t length, count = payload->captured_bytes, at;
	const uint8_t *name;

	if (count < 12 || payload->data[0] != 0x10)
		return false;
	at = read_mqtt_length(payload, &length);
	if (at == 0 || length < 10 || 1 + at + length > payload->length_bytes || count < 1 + at + 9)
		return false;
	name = payload->data + 1 + at;
	*token = memcmp(name, "\0\4MQTT", 6) == 0 ? name[6] & 0x7f : 0;
	if (memcmp(name, "\0\6MQIsdp", 8) == 0)
		*token = name[8] & 0x7f;
	return *token >= 3 && *token <= 5;
}

/* CONNACK: flags of one bit, then a code: up to 5, from version 5 on 0 or a failure. */
bool vps_mqtt_answers(uint32_t token, const struct surgetap_payload *payload)
{
	uint32_t length, count = payload->captured_bytes, at;
	uint8_t code;

	if (count < 4 || payload->data[0] != 0x20)
		return false;
	at = read_mqtt_length(payload, &length);
	if (at == 0 || length < 2 || 1 + at + length > payload->length_bytes ||
		count < 1 + at + 2 || payload->data[1 + at] > 1)
		return false;
	code = payload->data[2 + at];
	return length == 2 ? code <= 5 || code >= 0x80 : token == 5 && (code == 0 || code >= 0x80);
}

/* STOMP 1.2: a command, headers, an empty line, a body ended by NUL. */
bool vps_stomp_opens(uint32_t *token, const struct surgetap_payload *payload)
{
	static const char *const commands[] = {
		"CONNECT\n", "CONNECT\r\n", "STOMP\n", "STOMP\r\n", NULL};

	(void)token;
	return vps_begins_with_any(payload, commands);
}

bool vps_stomp_answers(uint32_t token, const struct surgetap_payload *payload)
{
	static const char *const answers[] = {
		"CONNECTED\n", "CONNECTED\r\n", "ERROR\n", "ERROR\r\n", NULL};

	(void)token;
	return vps_begins_with_any(payload, answers);
}

/* NATS, "Client Protocol": the server says in JSON who it is, the client what it wants. */
bool vps_nats_opens(uint32_t *token, const struct surgetap_payload *payload)
{
	static const char id[] = "\"server_id\"";

	(void)token;
	return surgetap_begins_with(payload, "INFO {", 6) &&
	       memmem(payload->data, payload->captured_bytes, id, sizeof id - 1) != NULL;
}

bool vps_nats_answers(uint32_t token, const struct surgetap_payload *payload)
{
	static const char *const commands[] = {"CONNECT {", "connect {", "PING\r\n", NULL};

	(void)token;
	return vps_begins_with_any(payload, commands);
}

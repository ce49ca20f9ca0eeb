/* SPDX-License-Identifier: Apache-2.0 */
#include "handshake.h"

#include <string.h>

#define SOCKS5_NO_METHOD 0xff
#define SOCKS4_GRANTED 90
#define SOCKS4_REPLY_LAST 93
#define SOCKS4_HEAD_BYTES 8u
#define LINE_BYTES_MAX 512u

/* RFC 1928, 3: version, number of methods, methods. Clients in a hurry let their request follow. */
static bool ask_socks5(struct proxy_handshake *handshake, const struct surgetap_payload *payload)
{
	const uint8_t *greeting = payload->data;
	uint32_t bytes = payload->captured_bytes, greeting_bytes;

	if (bytes < 3 || greeting[0] != 5 || greeting[1] == 0)
		return false;
	greeting_bytes = 2u + greeting[1];
	if (bytes < greeting_bytes)
		return false;
	if (payload->length_bytes != greeting_bytes &&
		(bytes < greeting_bytes + 4 || greeting[greeting_bytes] != 5 ||
			greeting[greeting_bytes + 1] < 1 || greeting[greeting_bytes + 1] > 3 ||
			greeting[greeting_bytes + 2] != 0))
		return false;
	memset(handshake->methods, 0, sizeof handshake->methods);
	for (uint32_t i = 2; i < greeting_bytes; i++)
		handshake->methods[greeting[i] / 8] |= (uint8_t)(1u << greeting[i] % 8);
	return true;
}

static enum proxy_answer answer_socks5(
	const struct proxy_handshake *handshake, const struct surgetap_payload *payload)
{
	const uint8_t *choice = payload->data;

	if (payload->captured_bytes < 2 || choice[0] != 5 ||
		(payload->length_bytes != 2 && (payload->captured_bytes < 3 || choice[2] != 5)))
		return PROXY_ANSWER_NONE;
	if (choice[1] == SOCKS5_NO_METHOD)
		return PROXY_ANSWER_REFUSED;
	return handshake->methods[choice[1] / 8] >> choice[1] % 8 & 1 ? PROXY_ANSWER_GRANTED
								      : PROXY_ANSWER_NONE;
}

/* OpenSSH's socks4.protocol and socks4a: version, command, port, address, then a user's name ended
 * by NUL; an address of 0.0.0.x stands for a host's name, which follows. */
static bool ask_socks4(struct proxy_handshake *handshake, const struct surgetap_payload *payload)
{
	const uint8_t *request = payload->data;
	uint32_t bytes = payload->captured_bytes, names = 0;
	bool has_host;

	(void)handshake;
	if (bytes <= SOCKS4_HEAD_BYTES || bytes != payload->length_bytes ||
		bytes > LINE_BYTES_MAX || request[0] != 4 || request[1] < 1 || request[1] > 2 ||
		(request[2] == 0 && request[3] == 0) || request[bytes - 1] != 0)
		return false;
	has_host = memcmp(request + 4, "\0\0\0", 3) == 0 && request[7] != 0;
	for (uint32_t i = SOCKS4_HEAD_BYTES; i < bytes; i++)
		names += request[i] == 0;
	return names == 1u + has_host;
}

static enum proxy_answer answer_socks4(
	const struct proxy_handshake *handshake, const struct surgetap_payload *payload)
{
	const uint8_t *reply = payload->data;

	(void)handshake;
	if (payload->captured_bytes < SOCKS4_HEAD_BYTES || reply[0] != 0 ||
		reply[1] < SOCKS4_GRANTED || reply[1] > SOCKS4_REPLY_LAST)
		return PROXY_ANSWER_NONE;
	return reply[1] == SOCKS4_GRANTED ? PROXY_ANSWER_GRANTED : PROXY_ANSWER_REFUSED;
}

/* RFC 9110, 9.3.6: CONNECT host:port HTTP/1.x */
static bool ask_connect(struct proxy_handshake *handshake, const struct surgetap_payload *payload)
{
	const char *line = (const char *)payload->data;
	uint32_t bytes =
		payload->captured_bytes < LINE_BYTES_MAX ? payload->captured_bytes : LINE_BYTES_MAX;
	const char *end, *colon, *version;

	(void)handshake;
	if (bytes < 8 || memcmp(line, "CONNECT ", 8) != 0)
		return false;
	end = memchr(line, '\n', bytes);
	version = memmem(line, bytes, " HTTP/1.", 8);
	colon = memchr(line, ':', bytes);
	return end != NULL && version != NULL && colon != NULL && colon < version && version < end;
}

static enum proxy_answer answer_connect(
	const struct proxy_handshake *handshake, const struct surgetap_payload *payload)
{
	const char *line = (const char *)payload->data;

	(void)handshake;
	if (payload->captured_bytes < 12 || memcmp(line, "HTTP/1.", 7) != 0 || line[8] != ' ' ||
		memcmp(line + 9, "407", 3) == 0)
		return PROXY_ANSWER_NONE;
	return line[9] == '2' ? PROXY_ANSWER_GRANTED : PROXY_ANSWER_REFUSED;
}

static const struct {
	const char *name;
	uint8_t confidence_percent; /* as measured: proxy.md */
	bool (*ask)(struct proxy_handshake *handshake, const struct surgetap_payload *payload);
	enum proxy_answer (*answer)(
		const struct proxy_handshake *handshake, const struct surgetap_payload *payload);
} protocols[] = {
	[PROXY_REQUEST_NONE] = {NULL, 0, NULL, NULL},
	[PROXY_REQUEST_SOCKS4] = {"SOCKS 4", 75, ask_socks4, answer_socks4},
	[PROXY_REQUEST_SOCKS5] = {"SOCKS 5", 91, ask_socks5, answer_socks5},
	[PROXY_REQUEST_CONNECT] = {"HTTP CONNECT", 80, ask_connect, answer_connect},
};

bool proxy_handshake_ask(struct proxy_handshake *handshake, const struct surgetap_payload *payload)
{
	for (uint8_t i = PROXY_REQUEST_NONE + 1; i < sizeof protocols / sizeof protocols[0]; i++) {
		if (protocols[i].ask(handshake, payload)) {
			handshake->request = i;
			return true;
		}
	}
	return false;
}

enum proxy_answer proxy_handshake_answer(
	const struct proxy_handshake *handshake, const struct surgetap_payload *payload)
{
	if (handshake->request == PROXY_REQUEST_NONE)
		return PROXY_ANSWER_NONE;
	return protocols[handshake->request].answer(handshake, payload);
}

const char *proxy_handshake_name(const struct proxy_handshake *handshake)
{
	return protocols[handshake->request].name;
}

uint8_t proxy_handshake_confidence(const struct proxy_handshake *handshake)
{
	return protocols[handshake->request].confidence_percent;
}

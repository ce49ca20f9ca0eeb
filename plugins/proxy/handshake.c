/* SPDX-License-Identifier: Apache-2.0 */
#include "handshake.h"

#include <string.h>
#include <strings.h>

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

/* RFC 1928, 4 and 6: version, command or reply, 0, address, port: requests and replies are alike.
 */
static bool is_socks5_message(const uint8_t *message, uint32_t bytes, uint8_t code_max)
{
	static const uint8_t address_bytes[] = {[1] = 4, [4] = 16};
	uint32_t expected;

	if (bytes < 5 || message[0] != 5 || message[1] > code_max || message[2] != 0)
		return false;
	if (message[3] == 3)
		expected = 4u + 1u + message[4] + 2u;
	else if (message[3] == 1 || message[3] == 4)
		expected = 4u + address_bytes[message[3]] + 2u;
	else
		return false;
	return bytes == expected;
}

/* A request, or a name and a password (RFC 1929, 2). */
static bool go_on_socks5(const struct surgetap_payload *payload)
{
	const uint8_t *bytes = payload->data;
	uint32_t count = payload->captured_bytes;

	if (count < 5 || count != payload->length_bytes)
		return false;
	if (bytes[0] == 1 && bytes[1] > 0 && 2u + bytes[1] < count)
		return 3u + bytes[1] + bytes[2 + bytes[1]] == count;
	return bytes[1] >= 1 && is_socks5_message(bytes, count, 3);
}

/* No other request, and no HTTP: TLS, SSH, a tunnel. */
static bool go_on_connect(const struct surgetap_payload *payload)
{
	const uint8_t *bytes = payload->data;

	return payload->captured_bytes >= 4 &&
	       (bytes[0] < 0x20 || bytes[0] > 0x7e || memcmp(bytes, "SSH-", 4) == 0);
}

static bool go_on_socks4(const struct surgetap_payload *payload)
{
	return payload->captured_bytes > 0;
}

static const struct {
	const char *name;
	uint8_t confidence_percent; /* as measured: proxy.md */
	bool (*ask)(struct proxy_handshake *handshake, const struct surgetap_payload *payload);
	enum proxy_answer (*answer)(
		const struct proxy_handshake *handshake, const struct surgetap_payload *payload);
	bool (*go_on)(const struct surgetap_payload *payload);
} protocols[] = {
	[PROXY_REQUEST_NONE] = {NULL, 0, NULL, NULL, NULL},
	[PROXY_REQUEST_SOCKS4] = {"SOCKS 4", 75, ask_socks4, answer_socks4, go_on_socks4},
	[PROXY_REQUEST_SOCKS5] = {"SOCKS 5", 91, ask_socks5, answer_socks5, go_on_socks5},
	[PROXY_REQUEST_CONNECT] = {"HTTP CONNECT", 80, ask_connect, answer_connect, go_on_connect},
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

bool proxy_handshake_goes_on(
	const struct proxy_handshake *handshake, const struct surgetap_payload *payload)
{
	return handshake->request != PROXY_REQUEST_NONE &&
	       protocols[handshake->request].go_on(payload);
}

/* Squid, tinyproxy, Apache and their like say so in these words. */
static bool is_established(const struct surgetap_payload *payload)
{
	static const char words[] = " 200 Connection established\r\n";

	return payload->captured_bytes > 8 + sizeof words - 1 &&
	       memcmp(payload->data, "HTTP/1.", 7) == 0 &&
	       strncasecmp((const char *)payload->data + 8, words, sizeof words - 1) == 0;
}

enum proxy_request proxy_handshake_grants(
	struct proxy_handshake *handshake, const struct surgetap_payload *payload)
{
	const uint8_t *bytes = payload->data;
	uint32_t count = payload->captured_bytes;

	if (payload->index == 0 && is_established(payload))
		return PROXY_REQUEST_CONNECT;
	if (count != payload->length_bytes || count < 2 || bytes[0] != 5)
		return PROXY_REQUEST_NONE;
	if (payload->index == 0 && (bytes[1] == 0 || bytes[1] == 2)) {
		handshake->is_chosen = true;
		bytes += 2;
		count -= 2;
	}
	return handshake->is_chosen && is_socks5_message(bytes, count, 0) ? PROXY_REQUEST_SOCKS5
									  : PROXY_REQUEST_NONE;
}

const char *proxy_handshake_name(const struct proxy_handshake *handshake)
{
	return protocols[handshake->request].name;
}

uint8_t proxy_handshake_confidence(const struct proxy_handshake *handshake)
{
	return protocols[handshake->request].confidence_percent;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <surgetap/plugin.h>

#include <stdio.h>
#include <string.h>

#define TCP 6
#define UDP 17
#define PAYLOADS 8 /* STARTTLS and proxies talk in clear first */

static void report(const struct surgetap_call *call, enum surgetap_grade grade,
	uint8_t confidence_percent, const char *reason)
{
	const struct surgetap_evidence evidence = {
		0, (uint8_t)grade, SURGETAP_KIND_TUNNEL, confidence_percent, reason};

	call->host->report(call, &evidence);
}

static uint16_t be16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

/* RFC 8446, 5.1 and 4: a handshake record of version 3.x that holds a whole or the first part of a
 * ClientHello (1) or ServerHello (2). */
static bool is_tls_hello(const struct surgetap_payload *payload)
{
	const uint8_t *record = payload->data;
	uint32_t record_bytes, hello_bytes;

	if (payload->captured_bytes < 11 || record[0] != 22 || record[1] != 3 || record[2] > 4)
		return false;
	record_bytes = be16(record + 3);
	hello_bytes = (uint32_t)record[6] << 16 | be16(record + 7);
	return (record[5] == 1 || record[5] == 2) && record_bytes >= 42 && record_bytes <= 16384 &&
	       hello_bytes >= 38 && hello_bytes <= 65536 && record[9] == 3 && record[10] <= 4;
}

/* RFC 6347, 4.1: version, epoch 0, sequence, length; then the handshake header with its fragment.
 */
static bool is_dtls_hello(const struct surgetap_payload *payload)
{
	const uint8_t *record = payload->data;

	if (payload->captured_bytes < 25 || record[0] != 22 || record[1] != 0xfe ||
		(record[2] != 0xff && record[2] != 0xfd && record[2] != 0xfc) ||
		be16(record + 3) != 0 || be16(record + 11) > payload->length_bytes - 13)
		return false;
	return record[13] == 1 || record[13] == 2 || record[13] == 3;
}

/* RFC 9000 and 9369: a long header of version 1 or 2 with an Initial, in a datagram of 1200 bytes
 * at least. */
static bool is_quic_initial(const struct surgetap_payload *payload)
{
	static const struct {
		uint8_t version[4], type;
	} versions[] = {
		{{0x00, 0x00, 0x00, 0x01}, 0x00}, {{0x6b, 0x33, 0x43, 0xcf}, 0x10},
		{{0x70, 0x9a, 0x50, 0xc4}, 0x10}, /* version 2 as a draft */
	};
	const uint8_t *header = payload->data;

	if (payload->captured_bytes < 7 || payload->length_bytes < 1200 ||
		(header[0] & 0xc0) != 0xc0 || header[5] > 20)
		return false;
	for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
		if (memcmp(header + 1, versions[i].version, 4) == 0 &&
			(header[0] & 0x30) == versions[i].type)
			return true;
	}
	return false;
}

static const struct {
	uint8_t transport;
	bool (*is_match)(const struct surgetap_payload *payload);
	const char *reason;
} handshakes[] = {
	{TCP, is_tls_hello, "TLS handshake"},
	{UDP, is_dtls_hello, "DTLS handshake"},
	{UDP, is_quic_initial, "QUIC Initial packet"},
};

static enum surgetap_next on_packet(const struct surgetap_call *call)
{
	for (size_t i = 0; i < sizeof handshakes / sizeof handshakes[0]; i++) {
		if (handshakes[i].transport == call->flow->transport &&
			handshakes[i].is_match(call->payload)) {
			report(call, SURGETAP_GRADE_DPI, 99, handshakes[i].reason);
			return SURGETAP_DONE;
		}
	}
	return call->payload->index + 1 < PAYLOADS ? SURGETAP_MORE : SURGETAP_DONE;
}

static bool is_named(const char *name)
{
	return strcmp(name, "tls") == 0 || strcmp(name, "dtls") == 0 || strcmp(name, "quic") == 0;
}

/* nDPI names the service (Google, say) as protocol and what carries it as master. */
static enum surgetap_next on_classified(const struct surgetap_call *call)
{
	static const struct {
		enum surgetap_grade grade;
		uint8_t confidence_percent;
	} worth[] = {
		[SURGETAP_CONFIDENCE_NONE] = {SURGETAP_GRADE_NONE, 0},
		[SURGETAP_CONFIDENCE_GUESS] = {SURGETAP_GRADE_GUESS, 30},
		[SURGETAP_CONFIDENCE_CACHE] = {SURGETAP_GRADE_CACHE, 80},
		[SURGETAP_CONFIDENCE_DPI] = {SURGETAP_GRADE_DPI, 99},
	};
	const struct surgetap_flow *flow = call->flow;
	const char *name = is_named(flow->master) ? flow->master : flow->protocol;
	char reason[96];

	if (is_named(name) && flow->confidence != SURGETAP_CONFIDENCE_NONE) {
		snprintf(reason, sizeof reason, "nDPI: %s", name);
		report(call, worth[flow->confidence].grade,
			worth[flow->confidence].confidence_percent, reason);
	}
	return SURGETAP_DONE;
}

static int load(const struct surgetap_host *host, const struct surgetap_setting *settings,
	void **ret_shared)
{
	(void)host;
	(void)settings;
	*ret_shared = NULL;
	return 0;
}

static const struct surgetap_technique techniques[] = {
	{"tls", "encrypted channels: TLS, DTLS, QUIC", "TA0011", "T1573.002", 3, true},
	{NULL, NULL, NULL, NULL, 0, false},
};

SURGETAP_PLUGIN = {
	.abi = SURGETAP_ABI,
	.size = sizeof(struct surgetap_plugin),
	.name = "tls",
	.version = "1",
	.summary = "TLS, DTLS and QUIC handshakes",
	.techniques = techniques,
	.wants = SURGETAP_WANTS_PACKETS | SURGETAP_WANTS_CLASSIFIED,
	.load = load,
	.on_packet = on_packet,
	.on_classified = on_classified,
};

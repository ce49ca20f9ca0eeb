/* SPDX-License-Identifier: Apache-2.0 */
#include "imitation.h"
#include "resolver.h"

#include <surgetap/bytes.h>
#include <surgetap/evidence.h>
#include <surgetap/name.h>

#include <string.h>

#define TCP 6
#define UDP 17

struct memory {
	uint8_t handshake; /* 1 and its place in the table, until it is reported; 0 none */
	uint8_t doubt;     /* enum tls_doubt, of that hello */
	unsigned weight;   /* of the data records seen */
};

/* RFC 8446, 5.1 and 4: a handshake record of version 3.x that holds a whole or the first part of a
 * ClientHello (1) or ServerHello (2). */
static bool is_tls_hello(const struct surgetap_payload *payload)
{
	const uint8_t *record = payload->data;
	uint32_t record_bytes, hello_bytes;

	if (payload->captured_bytes < 11 || record[0] != 22 || record[1] != 3 || record[2] > 4)
		return false;
	record_bytes = surgetap_be16(record + 3);
	hello_bytes = (uint32_t)record[6] << 16 | surgetap_be16(record + 7);
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
		surgetap_be16(record + 3) != 0 ||
		surgetap_be16(record + 11) > payload->length_bytes - 13)
		return false;
	return record[13] == 1 || record[13] == 2 || record[13] == 3;
}

/* RFC 6101, E.1: the hello of SSL 2.0, which also offers later versions. */
static bool is_ssl2_hello(const struct surgetap_payload *payload)
{
	const uint8_t *record = payload->data;

	return payload->captured_bytes >= 11 && (record[0] & 0x80) != 0 && record[2] == 1 &&
	       (surgetap_be16(record) & 0x7fffu) + 2 == payload->length_bytes &&
	       (surgetap_be16(record + 3) == 0x0002 || (record[3] == 3 && record[4] <= 4)) &&
	       surgetap_be16(record + 5) % 3 == 0 &&
	       9u + surgetap_be16(record + 5) + surgetap_be16(record + 7) +
			       surgetap_be16(record + 9) ==
		       (surgetap_be16(record) & 0x7fffu);
}

/* RFC 9000 and 9369, and drafts of them: a long header with an Initial, in a datagram of 1200 bytes
 * at least. RFC 8999 fixes the places of flag, version and connection id for all versions. */
static bool is_quic_initial(const struct surgetap_payload *payload)
{
	const uint8_t *header = payload->data;
	bool is_v1, is_v2;

	if (payload->captured_bytes < 7 || payload->length_bytes < 1200 ||
		(header[0] & 0xc0) != 0xc0 || header[5] > 20)
		return false;
	is_v1 = memcmp(header + 1, "\0\0\0\1", 4) == 0 || memcmp(header + 1, "\xff\0\0", 3) == 0;
	is_v2 = memcmp(header + 1, "\x6b\x33\x43\xcf", 4) == 0 ||
		memcmp(header + 1, "\x70\x9a\x50\xc4", 4) == 0;
	return (is_v1 && (header[0] & 0x30) == 0x00) || (is_v2 && (header[0] & 0x30) == 0x10);
}

static bool is_gquic_version(const uint8_t *version)
{
	return (version[0] == 'Q' || version[0] == 'T') && version[1] == '0' && version[2] >= '2' &&
	       version[2] <= '5' && version[3] >= '0' && version[3] <= '9';
}

/* Google's QUIC before the standard: the version stands behind flags and connection id (up to
 * Q043), or behind the flags alone. */
static bool is_gquic_hello(const struct surgetap_payload *payload)
{
	const uint8_t *header = payload->data;

	if (payload->captured_bytes < 14 || payload->length_bytes < 1000)
		return false;
	return ((header[0] & 0x89) == 0x09 && is_gquic_version(header + 9)) ||
	       ((header[0] & 0xc0) == 0xc0 && is_gquic_version(header + 1));
}

static const struct {
	uint8_t transport;
	bool (*is_match)(const struct surgetap_payload *payload);
	uint8_t percent; /* as measured: see tls.md */
	const char *reason;
} handshakes[] = {
	{TCP, is_tls_hello, 99, "TLS handshake"},
	{TCP, is_ssl2_hello, 75, "SSL 2.0 hello"},
	{UDP, is_dtls_hello, 96, "DTLS handshake"},
	{UDP, is_quic_initial, 96, "QUIC Initial packet"},
	{UDP, is_gquic_hello, 95, "Google QUIC hello"},
};

/* A session joined midway: a payload that begins with a record of application data. Returns 2 when
 * its length is confirmed, by the payload's end or by another record there; 1 when it fills the
 * segment; 0 when there is none. */
static unsigned weigh_data_record(const struct surgetap_payload *payload)
{
	const uint8_t *record = payload->data;
	uint32_t bytes;

	if (payload->captured_bytes < 5 || record[0] != 23 || record[1] != 3 || record[2] < 1 ||
		record[2] > 3)
		return 0;
	bytes = surgetap_be16(record + 3);
	if (bytes < 17 || bytes > 16384 + 256)
		return 0;
	if (bytes + 5 == payload->length_bytes)
		return 2;
	if (bytes + 10 < payload->captured_bytes)
		return record[bytes + 5] == 23 && record[bytes + 6] == 3 ? 2 : 0;
	return payload->length_bytes >= 1200;
}

/* The same of DTLS (RFC 6347, 4.1): an epoch behind the handshake's, and a length that fits. */
static bool is_dtls_data(const struct surgetap_payload *payload)
{
	const uint8_t *record = payload->data;
	uint16_t epoch;
	uint32_t end;

	if (payload->captured_bytes < 13 || record[0] != 23 || record[1] != 0xfe ||
		(record[2] != 0xff && record[2] != 0xfd))
		return false;
	epoch = surgetap_be16(record + 3);
	end = 13u + surgetap_be16(record + 11);
	return epoch >= 1 && epoch <= 3 && end >= 13 + 17 &&
	       (end == payload->length_bytes ||
		       (end + 3 <= payload->captured_bytes && record[end] == 23 &&
			       record[end + 1] == 0xfe));
}

/* Random bytes begin with a record and confirm its length once in 10^11 payloads, 3 of 2^24 times 1
 * of 2^16. They begin with one that fills the segment once in 10^7: one more is waited for. */
static bool has_records(const struct surgetap_call *call)
{
	struct memory *memory = call->flow_state;

	if (call->flow->transport == TCP)
		memory->weight += weigh_data_record(call->payload);
	return memory->weight >= 2;
}

/* RFC 7858 and 9250 give encrypted DNS port 853; 784 and 8853 were the drafts' for QUIC. */
static const char *name_dns(const struct surgetap_flow *flow, bool is_quic)
{
	uint16_t port = flow->server.port;

	if (is_quic && (port == 853 || port == 784 || port == 8853))
		return ", DNS over QUIC";
	if (port == 853)
		return flow->transport == TCP ? ", DNS over TLS" : ", DNS over DTLS";
	return "";
}

/* Whether the client offers this protocol by ALPN. */
static bool offers(const struct surgetap_flow *flow, const char *protocol)
{
	size_t length = strlen(protocol);

	for (const char *name = flow->alpn; name; name = strchr(name, ',')) {
		name += *name == ',';
		if (strncmp(name, protocol, length) == 0 &&
			(name[length] == ',' || name[length] == '\0'))
			return true;
	}
	return false;
}

/* What else the ClientHello tells: for the analyst, not for the verdict. */
static void describe_hello(
	const struct surgetap_flow *flow, size_t handshake, char ret_reason[SURGETAP_REASON_SIZE])
{
	const char *dns = name_dns(flow, handshakes[handshake].is_match == is_quic_initial);
	const char *resolver = NULL;

	if (*dns == '\0' && offers(flow, "dot"))
		dns = ", DNS over TLS";
	if (*dns == '\0' && offers(flow, "doq"))
		dns = ", DNS over QUIC";
	if (*dns == '\0' && flow->sni)
		resolver = resolver_find(flow->sni);
	snprintf(ret_reason, SURGETAP_REASON_SIZE, "%s%s%s%s%s", handshakes[handshake].reason, dns,
		resolver ? ", DNS over HTTPS to " : "", resolver ? resolver : "",
		flow->tls_ech ? ", ECH offered" : "");
}

/* A hello that has begun is waited for: nDPI's verdict comes behind it. Where the verdict was on
 * the greeting before (STARTTLS), nothing comes behind any more: the hello counts as it begins. */
static enum surgetap_next report_handshake(const struct surgetap_call *call)
{
	struct memory *memory = call->flow_state;
	char reason[SURGETAP_REASON_SIZE];

	if (call->flow->hello == SURGETAP_HELLO_PENDING &&
		strcmp(call->flow->protocol, "unknown") == 0)
		return SURGETAP_MORE;
	describe_hello(call->flow, memory->handshake - 1u, reason);
	surgetap_report(call, SURGETAP_GRADE_DPI, SURGETAP_KIND_TUNNEL,
		handshakes[memory->handshake - 1].percent, reason);
	if (call->flow->hello == SURGETAP_HELLO_PENDING)
		return SURGETAP_MORE; /* its name and fingerprints are still to come */
	memory->handshake = 0;
	return SURGETAP_DONE;
}

/* Takes up a hello. */
static void note_hello(const struct surgetap_call *call)
{
	struct memory *memory = call->flow_state;

	for (size_t i = 0; i < sizeof handshakes / sizeof handshakes[0]; i++) {
		if (handshakes[i].transport != call->flow->transport ||
			!handshakes[i].is_match(call->payload))
			continue;
		memory->handshake = (uint8_t)(i + 1);
		memory->doubt = handshakes[i].is_match == is_tls_hello
					? tls_doubt_hello(call->payload)
					: TLS_DOUBT_NONE;
		return;
	}
}

/* What comes behind a doubted hello: an answer, or more of the client's. */
static void judge_doubt(const struct surgetap_call *call)
{
	struct memory *memory = call->flow_state;

	if (!call->payload->from_client || memory->doubt == TLS_DOUBT_CUT)
		memory->doubt = TLS_DOUBT_NONE;
}

static enum surgetap_next on_packet(const struct surgetap_call *call)
{
	struct memory *memory = call->flow_state;

	if (memory->handshake)
		judge_doubt(call);
	else
		note_hello(call);
	if (memory->doubt != TLS_DOUBT_NONE)
		return SURGETAP_MORE;
	if (memory->handshake)
		return report_handshake(call);
	if (has_records(call)) {
		surgetap_report(call, SURGETAP_GRADE_HEURISTIC, SURGETAP_KIND_TUNNEL, 97,
			"TLS records of a session joined midway");
		return SURGETAP_DONE;
	}
	if (call->flow->transport == UDP && is_dtls_data(call->payload)) {
		surgetap_report(call, SURGETAP_GRADE_HEURISTIC, SURGETAP_KIND_TUNNEL, 80,
			"DTLS records of a session joined midway");
		return SURGETAP_DONE;
	}
	return SURGETAP_MORE;
}

/* Protocols that may turn to TLS or DTLS after a greeting. nDPI takes LDAP's for MQTT, and what RDP
 * answers for that of SQL Server. */
static bool may_start_tls(const char *protocol)
{
	static const char *const protocols[] = {"smtp", "smtps", "imap", "imaps", "pop3", "pops",
		"jabber", "irc", "ftp_control", "ldap", "mqtt", "postgresql", "mysql", "usenet",
		"socks", "http_connect", "http_proxy", "stun", "rdp", "mssql-tds", "gnutella"};

	for (size_t i = 0; i < sizeof protocols / sizeof protocols[0]; i++) {
		if (surgetap_name_is(protocols[i], protocol))
			return true;
	}
	return false;
}

static bool is_named(const char *name)
{
	return strcmp(name, "tls") == 0 || strcmp(name, "dtls") == 0 || strcmp(name, "quic") == 0;
}

/* nDPI names the service (Google, say) as protocol and what carries it as master. */
static enum surgetap_next on_classified(const struct surgetap_call *call)
{
	const struct surgetap_flow *flow = call->flow;
	const struct memory *memory = call->flow_state;
	const char *name = is_named(flow->master) ? flow->master : flow->protocol;

	if (memory->doubt == TLS_DOUBT_TICKET)
		return SURGETAP_MORE;
	if (memory->handshake)
		report_handshake(call);
	else if (is_named(name))
		surgetap_report_verdict(call, SURGETAP_GRADE_DPI, SURGETAP_KIND_TUNNEL, 50, name);
	return memory->weight > 0 || may_start_tls(flow->protocol) || may_start_tls(flow->master)
		       ? SURGETAP_MORE
		       : SURGETAP_DONE;
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
	.flow_state_size = sizeof(struct memory),
	.wants = SURGETAP_WANTS_PACKETS | SURGETAP_WANTS_CLASSIFIED,
	.on_packet = on_packet,
	.on_classified = on_classified,
};

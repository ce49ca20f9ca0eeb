/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_TLS_SESSION_H
#define TESTS_TLS_SESSION_H
/* A session of TLS as a plugin sees it: a handshake, then messages of given sizes. */
#include <surgetap/plugin.h>

#include <stdarg.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#define TLS13 0x1301
#define TLS12_GCM 0xc02b
#define TLS12_CHACHA 0xcca9
#define TLS12_CBC 0xc013
#define TLS_RECORD_MAX 16384u

/* All but `payloads` and `is_over` is the test's to set. */
struct tls_session {
	const struct surgetap_plugin *plugin;
	const struct surgetap_host *host;
	const struct surgetap_flow *flow;
	void *memory, *worker; /* the plugin's */
	uint16_t suite;
	uint16_t extensions_bytes; /* TLS 1.3: what EncryptedExtensions hold */
	uint32_t segment_bytes;    /* at most so much in a payload; 0: any */
	uint8_t payloads;
	bool is_over;
};

static inline struct surgetap_flow tls_session_flow(void)
{
	return (struct surgetap_flow){.size = sizeof(struct surgetap_flow),
		.ip_version = 4,
		.transport = 6,
		.answered = true,
		.complete = true,
		.client.port = 40000,
		.server.port = 443,
		.protocol = "tls",
		.master = "tls",
		.category = ""};
}

static inline void tls_session_bytes(
	struct tls_session *session, bool from_client, const uint8_t *data, uint32_t bytes)
{
	uint32_t most = session->segment_bytes > 0 ? session->segment_bytes : bytes;

	for (uint32_t at = 0, part; at < bytes && !session->is_over; at += part) {
		part = bytes - at < most ? bytes - at : most;
		uint8_t *copy = test_malloc(part); /* exact: a read beyond is found */
		const struct surgetap_payload payload = {
			copy, part, part, from_client, session->payloads++};
		const struct surgetap_call call = {.host = session->host,
			.worker_state = session->worker,
			.flow_state = session->memory,
			.flow = session->flow,
			.payload = &payload};

		memcpy(copy, data + at, part);
		session->is_over = session->plugin->on_packet(&call) == SURGETAP_DONE;
		test_free(copy);
	}
}

static inline void tls_session_record(
	struct tls_session *session, bool from_client, uint8_t type, uint32_t bytes)
{
	static uint8_t record[5 + TLS_RECORD_MAX];

	assert_true(bytes <= TLS_RECORD_MAX);
	memset(record, 0, sizeof record);
	record[0] = type;
	record[1] = record[2] = 3;
	record[3] = (uint8_t)(bytes >> 8);
	record[4] = (uint8_t)bytes;
	if (type == 22)
		record[5] = from_client ? 1 : 2;
	if (type == 22 && !from_client) { /* no session id */
		record[44] = (uint8_t)(session->suite >> 8);
		record[45] = (uint8_t)session->suite;
	}
	tls_session_bytes(session, from_client, record, 5 + bytes);
}

/* The handshake, then the messages: positive sizes from the client, negative from the server. */
static inline void tls_session_run(struct tls_session *session, const int *messages, size_t count)
{
	uint32_t overhead = session->suite == TLS13 ? 17 : session->suite == TLS12_CHACHA ? 16 : 24;

	tls_session_record(session, true, 22, 300);
	tls_session_record(session, false, 22, 100);
	if (session->suite == TLS13) {
		tls_session_record(session, false, 23, session->extensions_bytes + overhead);
		tls_session_record(session, false, 23, 800);
		tls_session_record(session, true, 23, 53);
	}
	for (size_t i = 0; i < count; i++)
		tls_session_record(session, messages[i] > 0, 23,
			(uint32_t)(messages[i] > 0 ? messages[i] : -messages[i]) + overhead);
}

#endif

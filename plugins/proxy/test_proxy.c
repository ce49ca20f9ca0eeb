/* SPDX-License-Identifier: Apache-2.0 */
#include <surgetap/plugin.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

extern const struct surgetap_plugin surgetap_plugin_proxy;

#define COUNT(array) (sizeof array / sizeof array[0])
#define START(text) text, sizeof text - 1
#define TCP 6
#define UDP 17
#define SERVER false
#define CLIENT true
#define RANDOM_MAX 1460

static unsigned reports;
static struct surgetap_evidence last;
static char reason[96];

static void on_report(const struct surgetap_call *call, const struct surgetap_evidence *evidence)
{
	(void)call;
	assert_true(strlen(evidence->reason) < sizeof reason);
	strcpy(reason, evidence->reason);
	reports++;
	last = *evidence;
}

static const struct surgetap_host host = {
	.abi = SURGETAP_ABI, .size = sizeof host, .report = on_report};

/* A flow under test: what the sensor keeps for it, and what nDPI will say. */
struct trial {
	struct surgetap_flow flow;
	uint64_t memory[32];
	uint8_t payloads;
	bool is_over;
};

static uint64_t worker[(1u << 20) / sizeof(uint64_t)];

static struct trial new_trial(void)
{
	reports = 0;
	return (struct trial){.flow = {.size = sizeof(struct surgetap_flow),
				      .transport = TCP,
				      .answered = true,
				      .complete = true,
				      .client.address.bytes = {[15] = 1},
				      .server.address.bytes = {[15] = 2},
				      .last_us = INT64_C(1700000000000000),
				      .protocol = "unknown",
				      .master = "unknown",
				      .category = ""}};
}

static struct surgetap_call call_of(struct trial *trial)
{
	return (struct surgetap_call){.host = &host,
		.worker_state = worker,
		.flow_state = trial->memory,
		.flow = &trial->flow};
}

static void send_bytes(struct trial *trial, bool from_client, const void *bytes, size_t count)
{
	uint8_t *copy = test_malloc(count);
	const struct surgetap_payload payload = {
		copy, (uint32_t)count, (uint32_t)count, from_client, trial->payloads++};
	struct surgetap_call call = call_of(trial);

	memcpy(copy, bytes, count);
	call.payload = &payload;
	if (!trial->is_over)
		trial->is_over = surgetap_plugin_proxy.on_packet(&call) == SURGETAP_DONE;
	test_free(copy);
}

/* Bytes without order, the same in each run. */
static void send_random(struct trial *trial, bool from_client, size_t count)
{
	static uint32_t state = 2463534242u;
	uint8_t bytes[RANDOM_MAX];

	assert_true(count <= sizeof bytes);
	for (size_t i = 0; i < count; i++) {
		state ^= state << 13;
		state ^= state >> 17;
		state ^= state << 5;
		bytes[i] = (uint8_t)(state >> 11);
	}
	send_bytes(trial, from_client, bytes, count);
}

static enum surgetap_grade classify(struct trial *trial)
{
	const struct surgetap_call call = call_of(trial);

	if (surgetap_plugin_proxy.on_classified(&call) == SURGETAP_DONE)
		trial->is_over = true;
	return reports ? last.grade : SURGETAP_GRADE_NONE;
}

static const struct exchange {
	const char *request;
	size_t request_bytes;
	const char *answer;
	size_t answer_bytes;
} granted[] =
	{
		{START("\5\1\0"), START("\5\0")},
		{START("\5\2\0\2"), START("\5\2")},
		{START("\5\1\0\5\1\0\1\x7f\0\0\1\0\x50"), START("\5\0\5\0\0\1\0\0\0\0\0\0")},
		{START("\4\1\0\x50\x0a\0\0\1user\0"), START("\0\x5a\0\0\0\0\0\0")},
		{START("\4\1\0\x50\0\0\0\1\0www.example.org\0"), START("\0\x5a\0\0\0\0\0\0")},
		{START("CONNECT a.example:443 HTTP/1.1\r\n\r\n"),
			START("HTTP/1.1 200 Connection established\r\n\r\n")},
},
  refused[] =
	  {
		  {START("\5\1\0"), START("\5\xff")},
		  {START("\4\1\0\x50\x0a\0\0\1\0"), START("\0\x5b\0\0\0\0\0\0")},
		  {START("CONNECT a.example:25 HTTP/1.0\r\n\r\n"),
			  START("HTTP/1.0 403 Forbidden\r\n\r\n")},
},
  resembling[] = {
	  {START("\5\1\0"), START("\5\2")}, /* not offered */
	  {START("\5\1\0"), START("\4\0")},
	  {START("\5\2\0"), START("\5\0")}, /* one method is missing */
	  {START("\5\0\0"), START("\5\0")},
	  {START("\4\1\0\x50\x0a\0\0\1user"), START("\0\x5a\0\0\0\0\0\0")},
	  {START("\4\3\0\x50\x0a\0\0\1user\0"), START("\0\x5a\0\0\0\0\0\0")},
	  {START("\4\1\0\x50\x0a\0\0\1\0"), START("\0\x50\0\0\0\0\0\0")},
	  {START("CONNECT a.example HTTP/1.1\r\n\r\n"), START("HTTP/1.1 200 OK\r\n\r\n")},
	  {START("GET / HTTP/1.1\r\n\r\n"), START("HTTP/1.1 200 OK\r\n\r\n")},
	  {START("CONNECT a.example:443 HTTP/1.1\r\n"), START("HTTP/1.1 407 Authenticate\r\n\r\n")},
};

static unsigned exchange_reports(const struct exchange *exchange)
{
	struct trial trial = new_trial();

	send_bytes(&trial, CLIENT, exchange->request, exchange->request_bytes);
	assert_int_equal(reports, 0);
	send_bytes(&trial, SERVER, exchange->answer, exchange->answer_bytes);
	return reports;
}

static void answered_request_is_missed(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(granted); i++) {
		assert_int_equal(exchange_reports(&granted[i]), 1);
		assert_int_equal(last.grade, SURGETAP_GRADE_DPI);
		assert_int_equal(last.kind, SURGETAP_KIND_TUNNEL);
	}
}

static void refused_request_counts_as_use(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(refused); i++) {
		assert_int_equal(exchange_reports(&refused[i]), 1);
		assert_int_equal(last.kind, SURGETAP_KIND_CONTACT);
	}
}

static void answer_to_something_else_is_believed(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(resembling); i++)
		assert_int_equal(exchange_reports(&resembling[i]), 0);
}

static void truncated_handshake_is_read_beyond_its_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(granted); i++) {
		for (size_t bytes = 1; bytes < granted[i].request_bytes; bytes++) {
			struct trial trial = new_trial();

			send_bytes(&trial, CLIENT, granted[i].request, bytes);
			send_bytes(&trial, SERVER, granted[i].answer, 1);
			assert_int_equal(reports, 0);
		}
	}
}

static void password_ends_the_watch(void **state)
{
	struct trial trial = new_trial();

	(void)state;
	send_bytes(&trial, CLIENT, START("CONNECT a.example:443 HTTP/1.1\r\n\r\n"));
	trial.flow.protocol = "http_connect";
	trial.flow.confidence = SURGETAP_CONFIDENCE_DPI;
	assert_int_equal(classify(&trial), SURGETAP_GRADE_NONE);
	send_bytes(&trial, SERVER, START("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"));
	send_bytes(&trial, CLIENT, START("CONNECT a.example:443 HTTP/1.1\r\nX: y\r\n\r\n"));
	send_bytes(&trial, SERVER, START("HTTP/1.1 200 OK\r\n\r\n"));
	assert_int_equal(reports, 1);
	assert_int_equal(last.kind, SURGETAP_KIND_TUNNEL);
}

static void port_1080_counts_as_use(void **state)
{
	struct trial trial = new_trial();

	(void)state;
	trial.flow.protocol = "socks";
	trial.flow.confidence = SURGETAP_CONFIDENCE_GUESS;
	assert_int_equal(classify(&trial), SURGETAP_GRADE_GUESS);
	trial = new_trial();
	trial.flow.protocol = "socks";
	trial.flow.confidence = SURGETAP_CONFIDENCE_DPI;
	trial.flow.answered = false;
	assert_int_equal(classify(&trial), SURGETAP_GRADE_NONE);
}

static struct trial opaque_trial(void)
{
	struct trial trial = new_trial();

	send_random(&trial, CLIENT, 190);
	send_random(&trial, SERVER, 357);
	send_random(&trial, CLIENT, 20);
	send_random(&trial, SERVER, RANDOM_MAX);
	return trial;
}

/* One in 200 begins like text by chance. */
static void fully_encrypted_flow_is_missed(void **state)
{
	unsigned seen = 0;

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		struct trial trial = opaque_trial();

		seen += classify(&trial) == SURGETAP_GRADE_HEURISTIC;
	}
	assert_true(seen >= 985);
}

static void encryption_proves_a_proxy_in_spite_of_its_circumstances(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		struct trial trial = opaque_trial();

		switch (i) {
		case 0:
			trial.flow.complete = false;
			break;
		case 1:
			trial.flow.answered = false;
			break;
		case 2:
			trial.flow.confidence = SURGETAP_CONFIDENCE_DPI;
			break;
		case 3:
			trial.flow.category = "Game";
			break;
		case 4:
			trial.flow.transport = UDP;
			break;
		default:
			trial = new_trial();
			send_random(&trial, CLIENT, 190);
			break;
		}
		assert_int_equal(classify(&trial), SURGETAP_GRADE_NONE);
	}
}

/* One payload with an order among random ones. */
static enum surgetap_grade judge_with(bool from_client, const uint8_t *bytes, size_t count)
{
	struct trial trial = new_trial();

	if (!from_client)
		send_random(&trial, CLIENT, 190);
	send_bytes(&trial, from_client, bytes, count);
	send_random(&trial, !from_client, 357);
	return classify(&trial);
}

static void order_is_taken_for_encryption(void **state)
{
	uint8_t text[200], zeros[200] = {0}, steps[200], few[200];

	(void)state;
	memset(text, 'U', sizeof text);
	for (size_t i = 0; i < sizeof steps; i++) {
		steps[i] = (uint8_t)(i % 16 * 17); /* four bits of eight on average */
		few[i] = i % 2 ? 0xa6 : 0x59;
	}
	for (unsigned from_client = 0; from_client < 2; from_client++) {
		assert_int_equal(judge_with(from_client, text, sizeof text), SURGETAP_GRADE_NONE);
		assert_int_equal(judge_with(from_client, zeros, sizeof zeros), SURGETAP_GRADE_NONE);
		assert_int_equal(judge_with(from_client, steps, sizeof steps), SURGETAP_GRADE_NONE);
		assert_int_equal(judge_with(from_client, few, sizeof few), SURGETAP_GRADE_NONE);
		assert_int_equal(judge_with(from_client, text, 10), SURGETAP_GRADE_NONE);
	}
}

static void server_that_speaks_first_is_a_proxy(void **state)
{
	struct trial trial = new_trial();

	(void)state;
	send_random(&trial, SERVER, 300);
	send_random(&trial, CLIENT, 300);
	assert_int_equal(classify(&trial), SURGETAP_GRADE_NONE);
}

static void obfuscated_bittorrent_is_a_proxy(void **state)
{
	struct trial known = new_trial();
	struct trial trial;

	(void)state;
	known.flow.protocol = "bittorrent";
	known.flow.confidence = SURGETAP_CONFIDENCE_DPI;
	known.flow.server.address.bytes[15] = 77;
	classify(&known);
	trial = opaque_trial();
	assert_int_equal(classify(&trial), SURGETAP_GRADE_NONE);
	trial = opaque_trial();
	trial.flow.last_us += INT64_C(7200) * 1000000;
	assert_int_equal(classify(&trial), SURGETAP_GRADE_HEURISTIC);
	trial = opaque_trial();
	trial.flow.client.address.bytes[15] = 78;
	assert_int_equal(classify(&trial), SURGETAP_GRADE_HEURISTIC);
	memset(worker, 0, sizeof worker);
}

static void plugin_keeps_flows_that_cannot_be_proxies(void **state)
{
	struct trial trial = new_trial();

	(void)state;
	send_bytes(&trial, CLIENT, START("GET / HTTP/1.1\r\n\r\n"));
	assert_true(trial.is_over);
}

/* The two hellos of simple-obfs; `finished_bytes` is the length of the last record. */
static void send_imitation(struct trial *trial, uint8_t first_extension, uint8_t finished_bytes)
{
	uint8_t client[200] = {0x16, 3, 1, 0, 195, 1}, server[120] = {0};

	client[43] = 32;
	client[77] = 56;
	client[139] = first_extension;
	client[141] = 40; /* its length; the name follows at 182 */
	memcpy(server, "\x16\3\1\0\x5b\2\0\0\x57\3\3", 11);
	memcpy(server + 76, "\xcc\xa8", 2);
	memcpy(server + 96, "\x14\3\3\0\1\1\x16\3\3\0", 10);
	server[106] = finished_bytes;
	send_bytes(trial, CLIENT, client, sizeof client);
	send_bytes(trial, SERVER, server, sizeof server);
}

static void imitated_tls_is_missed_or_real_tls_accused(void **state)
{
	static const struct {
		uint8_t first_extension, finished_bytes;
		unsigned reports;
	} cases[] = {{0x23, 200, 1}, {0x23, 32, 0}, {0x17, 200, 0}};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct trial trial = new_trial();

		send_imitation(&trial, cases[i].first_extension, cases[i].finished_bytes);
		assert_int_equal(reports, cases[i].reports);
	}
}

/* Turns of random bytes, the client's first, in segments of 1448; how often Tor was reported. */
static unsigned tor_reports(const size_t *turns, size_t count)
{
	struct trial trial = new_trial();

	for (size_t i = 0; i < count; i++) {
		for (size_t left = turns[i], part; left > 0; left -= part) {
			part = left < 1448 ? left : 1448;
			send_random(&trial, i % 2 == 0 ? CLIENT : SERVER, part);
		}
	}
	classify(&trial);
	return reports > 0 && last.technique == 1 ? 1 : 0;
}

static void obfs4_is_missed_or_seen_in_a_proxy(void **state)
{
	static const struct {
		size_t turns[3];
		unsigned reports;
	} cases[] = {
		{{5169, 6491, 850}, 1}, {{3993, 1112, 1334}, 1}, {{8192, 8100, 60}, 1},
		{{705, 904, 268}, 0},                         /* a hello through a proxy */
		{{2100, 4000, 268}, 0},                       /* the same with a post-quantum key */
		{{8400, 900, 268}, 0},                        /* an upload */
		{{5169, 8400, 268}, 0}, {{5169, 6491, 0}, 0}, /* the client has not answered yet */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(tor_reports(cases[i].turns, 3), cases[i].reports);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answered_request_is_missed),
		cmocka_unit_test(refused_request_counts_as_use),
		cmocka_unit_test(answer_to_something_else_is_believed),
		cmocka_unit_test(truncated_handshake_is_read_beyond_its_end),
		cmocka_unit_test(password_ends_the_watch),
		cmocka_unit_test(port_1080_counts_as_use),
		cmocka_unit_test(fully_encrypted_flow_is_missed),
		cmocka_unit_test(encryption_proves_a_proxy_in_spite_of_its_circumstances),
		cmocka_unit_test(order_is_taken_for_encryption),
		cmocka_unit_test(server_that_speaks_first_is_a_proxy),
		cmocka_unit_test(obfuscated_bittorrent_is_a_proxy),
		cmocka_unit_test(imitated_tls_is_missed_or_real_tls_accused),
		cmocka_unit_test(obfs4_is_missed_or_seen_in_a_proxy),
		cmocka_unit_test(plugin_keeps_flows_that_cannot_be_proxies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts on what nDPI is shown in part, or not at all. */
#include "tests/unit/certificate_bytes.h"
#include "tests/unit/client_hello.h"
#include "tests/unit/opened_classifier.h"

/* A segment with the first `count` bytes of a ClientHello. */
static struct packet hello_packet(struct bytes *bytes, size_t count)
{
	struct bytes hello = {.size = 0};
	struct packet packet;

	put_hello_records(&hello, 16384);
	bytes->size = 0;
	put_ipv4(bytes, 6, 20 + (unsigned)count);
	put_tcp(bytes, ACK);
	put(bytes, hello.data, count);
	assert_int_equal(decode(LINK_RAW, bytes, &packet), PACKET_DECODED);
	assert_int_equal(packet.payload_captured_bytes, count);
	return packet;
}

static size_t hello_bytes(void)
{
	struct bytes hello = {.size = 0};

	put_hello_records(&hello, 16384);
	return hello.size;
}

static void excerpt_of_a_hello_takes_its_name(void **state)
{
	uint8_t *memory = test_calloc(1, classifier_state_size());
	struct bytes bytes = {0};
	struct packet packet = hello_packet(&bytes, hello_bytes());
	struct verdict verdict;

	(void)state;
	classifier_begin(memory, true);
	classifier_inspect(classifier, memory, &packet);
	classifier_decide(classifier, memory, false, &verdict);
	assert_string_equal(classifier_protocol_name(classifier, verdict.protocol_id), "tls");
	assert_string_equal(verdict.sni, CLIENT_HELLO_NAME);
	assert_string_equal(verdict.alpn, "h2,http/1.1");
	assert_null(verdict.ja3); /* it would be that of the excerpt */
	assert_true(verdict.risk == 0);
	classifier_end(memory);
	test_free(memory);
}

/* A hello of version 1.0 with one suite and a name. */
static struct packet hello_to(struct bytes *bytes, const char *name)
{
	struct bytes body = {.size = 0};
	unsigned length = (unsigned)strlen(name);
	struct packet packet;

	put16(&body, 0x0301);
	put_zeros(&body, 32 + 1);
	put(&body, "\0\2\0\x2f\1\0", 6);
	put16(&body, 9 + length);
	put16(&body, 0);
	put16(&body, 5 + length);
	put16(&body, 3 + length);
	put8(&body, 0);
	put16(&body, length);
	put(&body, name, length);
	put_ipv4(bytes, 6, 20 + 9 + body.size);
	put_tcp(bytes, ACK);
	put(bytes, "\x16\3\1", 3);
	put16(bytes, 4 + body.size);
	put(bytes, "\1\0", 2);
	put16(bytes, body.size);
	put(bytes, body.data, body.size);
	assert_int_equal(decode(LINK_RAW, bytes, &packet), PACKET_DECODED);
	packet.ip = bytes->data;
	packet.payload = bytes->data + 40;
	return packet;
}

static void name_that_tor_has_drawn_is_passed_over(void **state)
{
	static const struct {
		const char *name, *protocol;
	} hellos[] = {
		{"www.q4cyamnc6mtokjurvdclt.com", "tor"},
		{"www.e6r5p57kbafwrxj3plz.net", "tor"},
		{"www.library.com", "tls"},
		{"xww.q4cyamnc6mtokjurvdclt.com", "tls"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof hellos / sizeof hellos[0]; i++) {
		struct bytes bytes = {.size = 0};
		struct packet packet = hello_to(&bytes, hellos[i].name);
		uint16_t protocol = judge(&packet, true).protocol_id;

		assert_string_equal(
			classifier_protocol_name(classifier, protocol), hellos[i].protocol);
	}
}

/* Which takes as long as all the rest of a query. */
static void every_name_is_looked_at_for_being_drawn(void **state)
{
	struct bytes bytes = {.size = 0};
	struct packet packet = query_for(&bytes, "q4cyamnc6mtokjurvdclt", 0);
	struct verdict verdict = judge(&packet, false);

	(void)state;
	assert_string_equal(classifier_protocol_name(classifier, verdict.protocol_id), "dns");
	assert_true(verdict.risk == 0);
}

#define REQUEST "GET /x HTTP/1.1\r\nHost: www.example.org\r\n\r\n"
#define ANSWER "HTTP/1.1 200 OK\r\nContent-Type: "

static struct packet http_packet(struct bytes *bytes, const char *text, bool from_client)
{
	struct packet packet;
	uint16_t ports[] = {40000, 80};

	put_ipv4(bytes, 6, 20 + (unsigned)strlen(text));
	put_tcp(bytes, ACK | PSH);
	put(bytes, text, strlen(text));
	for (unsigned i = 0; i < 2; i++) {
		uint16_t port = ports[from_client ? i : 1 - i];

		bytes->data[20 + 2 * i] = (uint8_t)(port >> 8);
		bytes->data[21 + 2 * i] = (uint8_t)port;
	}
	if (!from_client) {
		uint8_t source[4];

		memcpy(source, bytes->data + 12, 4);
		memcpy(bytes->data + 12, bytes->data + 16, 4);
		memcpy(bytes->data + 16, source, 4);
	}
	assert_int_equal(decode(LINK_RAW, bytes, &packet), PACKET_DECODED);
	packet.ip = bytes->data;
	packet.payload = bytes->data + 40;
	return packet;
}

/* What nDPI says of a request, and an answer after it has seen that the request arrived. */
static struct verdict judge_answer(const char *answer)
{
	static const struct {
		bool from_client, is_empty;
	} packets[] = {{true, false}, {false, true}, {false, false}};
	void *memory = test_calloc(1, classifier_state_size());
	struct verdict verdict;
	bool is_done = false;

	classifier_begin(memory, true);
	for (unsigned i = 0; i < 3; i++) {
		const char *text = packets[i].from_client ? REQUEST : answer;
		struct bytes bytes = {.size = 0};
		struct packet packet = http_packet(
			&bytes, packets[i].is_empty ? "" : text, packets[i].from_client);

		assert_false(is_done);
		is_done = classifier_inspect(classifier, memory, &packet);
	}
	assert_true(is_done);
	classifier_decide(classifier, memory, false, &verdict);
	classifier_end(memory);
	test_free(memory);
	return verdict;
}

static void download_is_a_page(void **state)
{
	static const struct {
		const char *answer, *category;
	} answers[] = {
		{ANSWER "text/html\r\n\r\n", "Web"},
		{ANSWER "application/octet-stream\r\n\r\n", "Download"},
		{ANSWER "video/mp4\r\n\r\n", "Media"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
		struct verdict verdict = judge_answer(answers[i].answer);

		assert_string_equal(
			classifier_protocol_name(classifier, verdict.protocol_id), "http");
		assert_string_equal(classifier_category_name(classifier, verdict.category_id),
			answers[i].category);
	}
}

static void excerpt_is_written_into_the_capture(void **state)
{
	struct bytes bytes = {0};

	(void)state;
	for (size_t count = 1; count <= hello_bytes(); count++) {
		struct packet packet = hello_packet(&bytes, count);
		const struct bytes before = bytes;
		judge(&packet, true);
		assert_memory_equal(bytes.data, before.data, before.size);
	}
}

/* An answer to the hello: ServerHello, and a list of one certificate. */
static struct packet certificate_packet(
	struct bytes *bytes, const struct packet *hello, const char *certificate, uint32_t count)
{
	struct bytes payload = {.size = 0};
	struct packet packet;

	put(&payload, "\x16\3\3\0\x2a\2\0\0\x26\3\3", 11);
	put_zeros(&payload, 36);
	put(&payload, "\x16\3\3", 3);
	put16(&payload, count + 10);
	put(&payload, "\x0b\0", 2);
	put16(&payload, count + 6);
	put8(&payload, 0);
	put16(&payload, count + 3);
	put8(&payload, 0);
	put16(&payload, count);
	put(&payload, certificate, count);
	bytes->size = 0;
	put16(bytes, 0x4500);
	put16(bytes, 40 + payload.size);
	put(bytes, "\0\0\0\0\x40\6\0\0", 8);
	put(bytes, hello->ip + 16, 4);
	put(bytes, hello->ip + 12, 4);
	put16(bytes, hello->destination_port);
	put16(bytes, hello->source_port);
	put32(bytes, 2);
	put32(bytes, 1 + hello->payload_bytes);
	put(bytes, "\x50\x10\4\0\0\0\0\0", 8);
	put(bytes, payload.data, payload.size);
	assert_int_equal(decode(LINK_RAW, bytes, &packet), PACKET_DECODED);
	packet.payload = bytes->data + 40;
	packet.ip = bytes->data;
	return packet;
}

static bool is_self_signed(const char *certificate, uint32_t count)
{
	uint8_t *memory = test_calloc(1, classifier_state_size());
	struct bytes bytes = {0}, answer = {0};
	struct packet hello = hello_packet(&bytes, hello_bytes());
	struct packet packet = certificate_packet(&answer, &hello, certificate, count);
	struct verdict verdict;

	classifier_begin(memory, true);
	assert_false(classifier_inspect(classifier, memory, &hello));
	assert_true(classifier_inspect(classifier, memory, &packet));
	classifier_decide(classifier, memory, false, &verdict);
	classifier_end(memory);
	test_free(memory);
	return verdict.tls_self_signed;
}

/* The key has bytes like a name in it, by which issuer and subject would differ. */
static void certificate_is_lost_from_the_excerpt_or_its_key_is_not(void **state)
{
	static const char own[] = CERTIFICATE("lab.test", "lab.test");
	static const char signed_by[] = CERTIFICATE("ca.lab.t", "lab.test");

	(void)state;
	assert_true(is_self_signed(own, sizeof own - 1));
	assert_false(is_self_signed(signed_by, sizeof signed_by - 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(excerpt_of_a_hello_takes_its_name),
		cmocka_unit_test(name_that_tor_has_drawn_is_passed_over),
		cmocka_unit_test(every_name_is_looked_at_for_being_drawn),
		cmocka_unit_test(download_is_a_page),
		cmocka_unit_test(excerpt_is_written_into_the_capture),
		cmocka_unit_test(certificate_is_lost_from_the_excerpt_or_its_key_is_not),
	};

	return cmocka_run_group_tests(tests, open_classifier, close_classifier);
}

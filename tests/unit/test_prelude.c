/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/prelude.h"

#include "tests/unit/client_hello.h"

#define TCP 6
#define UDP 17

static struct preludes *preludes;
static struct prelude prelude;
static struct bytes hello;

static int begin(void **state)
{
	(void)state;
	hello.size = 0;
	put_hello_records(&hello, 16384);
	return preludes_new(true, &preludes);
}

static int end(void **state)
{
	(void)state;
	preludes_free(preludes);
	prelude = (struct prelude){0};
	return 0;
}

/* Shows `count` bytes of the client's stream from `at` on; in memory of just that size, so that a
 * sanitizer sees who reads on. */
static void show_of(const struct bytes *stream, uint8_t transport, size_t at, size_t count)
{
	uint8_t *payload = test_malloc(count);
	const struct packet packet = {.transport = transport,
		.tcp_sequence = 0xffffff80u + (uint32_t)at, /* the numbers wrap within the hello */
		.payload = payload,
		.payload_bytes = (uint32_t)count,
		.payload_captured_bytes = (uint32_t)count};

	memcpy(payload, stream->data + at, count);
	prelude_add(preludes, &prelude, &packet, true);
	test_free(payload);
}

static void show(size_t at, size_t count)
{
	show_of(&hello, TCP, at, count);
}

static void assert_whole(const char *ja4)
{
	struct verdict verdict = {.tls_version = 0x0303, .sni = "nDPI's"};

	prelude_tell(&prelude, &verdict);
	assert_int_equal(prelude.handshake.hello, SURGETAP_HELLO_WHOLE);
	assert_string_equal(verdict.sni, CLIENT_HELLO_NAME);
	assert_string_equal(verdict.alpn, "h2,http/1.1");
	assert_int_equal(verdict.tls_version, 0x0304);
	assert_string_equal(verdict.ja4, ja4);
	/* MD5 of the string that JA3 makes of this hello, by md5sum(1). */
	if (ja4[0] == 't')
		assert_string_equal(verdict.ja3, "c000e2caf3a25423f9de6c8a4b12a975");
	/* Its buffer is given back. */
	assert_int_equal(prelude.streams[0].head.buffer, 0);
	assert_int_equal(prelude.handshake.datagrams.buffer, 0);
}

static void fingerprint_differs_from_the_published_one(void **state)
{
	(void)state;
	show(0, hello.size);
	assert_whole(CLIENT_HELLO_JA4);
}

static void hello_in_two_segments_is_read_to_the_first_ones_end(void **state)
{
	(void)state;
	for (size_t cut = 1; cut < hello.size; cut++) {
		show(0, cut);
		assert_true(prelude_is_pending(&prelude));
		show(cut, hello.size - cut);
		assert_whole(CLIENT_HELLO_JA4);
		prelude = (struct prelude){0};
	}
}

static void hello_byte_by_byte_is_lost(void **state)
{
	(void)state;
	for (size_t i = 0; i < hello.size; i++)
		show(i, 1);
	assert_whole(CLIENT_HELLO_JA4);
}

static void hello_of_many_records_is_lost(void **state)
{
	(void)state;
	for (size_t record_bytes = 1; record_bytes < 70; record_bytes += 7) {
		hello.size = 0;
		put_hello_records(&hello, record_bytes);
		show(0, 40);
		show(40, hello.size - 40);
		assert_whole(CLIENT_HELLO_JA4);
		prelude = (struct prelude){0};
	}
}

static void bytes_lost_within_a_hello_go_unnoticed(void **state)
{
	(void)state;
	show(0, 50);
	show(60, hello.size - 60);
	assert_int_equal(prelude.handshake.hello, SURGETAP_HELLO_CUT);
	assert_string_equal(prelude.handshake.ja4, "");
	assert_int_equal(prelude.streams[0].head.buffer, 0);
}

/* A request in clear comes first (STARTTLS), and its bytes count as the hello's. */
static void hello_behind_a_greeting_is_lost(void **state)
{
	struct bytes stream = {.size = 0};

	(void)state;
	put(&stream, "STARTTLS\r\n", 10);
	put(&stream, hello.data, hello.size);
	show_of(&stream, TCP, 0, 10);
	show_of(&stream, TCP, 10, 100);
	show_of(&stream, TCP, 110, stream.size - 110);
	assert_whole(CLIENT_HELLO_JA4);
}

static void broken_off_hello_is_called_whole(void **state)
{
	(void)state;
	for (size_t count = 12; count < hello.size; count++) {
		show(0, count);
		assert_true(prelude_is_pending(&prelude));
		prelude_finish(preludes, &prelude);
		assert_int_equal(prelude.handshake.hello, SURGETAP_HELLO_CUT);
		assert_string_equal(prelude.handshake.ja4, "");
		prelude_end(preludes, &prelude);
		prelude = (struct prelude){0};
	}
}

static void hello_that_never_ends_is_waited_for_for_ever(void **state)
{
	static uint8_t more[HEAD_BYTES_MAX];
	struct packet packet = {.transport = TCP,
		.payload = (const uint8_t *)"\x16\3\1\x40\0\1\0\xff\xff\3\3",
		.payload_bytes = 11,
		.payload_captured_bytes = 11};

	(void)state;
	prelude_add(preludes, &prelude, &packet, true);
	packet.tcp_sequence = 11;
	packet.payload = more;
	packet.payload_bytes = packet.payload_captured_bytes = sizeof more;
	prelude_add(preludes, &prelude, &packet, true);
	assert_int_equal(prelude.handshake.hello, SURGETAP_HELLO_CUT);
	assert_int_equal(prelude.streams[0].head.buffer, 0);
}

static void other_traffic_keeps_a_buffer(void **state)
{
	static struct bytes request;
	struct head_pool_stats stats;

	(void)state;
	request.size = 0;
	put(&request, "GET / HTTP/1.1\r\nHost: example.org\r\n\r\n", 37);
	show_of(&request, TCP, 0, 20);
	show_of(&request, TCP, 20, 17);
	preludes_stats(preludes, &stats);
	assert_int_equal(prelude.handshake.hello, SURGETAP_HELLO_NONE);
	assert_int_equal(stats.begun, 0);
}

/* A second flow's hello when all buffers are taken. */
static void full_pool_harms_more_than_the_oldest(void **state)
{
	static struct prelude flows[PRELUDE_HEADS_MAX + 1];
	const struct packet first = {.transport = TCP,
		.payload = hello.data,
		.payload_bytes = 100,
		.payload_captured_bytes = 100};
	struct packet second = {.transport = TCP,
		.tcp_sequence = 100,
		.payload = hello.data + 100,
		.payload_bytes = (uint32_t)hello.size - 100,
		.payload_captured_bytes = (uint32_t)hello.size - 100};
	struct head_pool_stats stats;

	(void)state;
	memset(flows, 0, sizeof flows);
	for (size_t i = 0; i <= PRELUDE_HEADS_MAX; i++)
		prelude_add(preludes, &flows[i], &first, true);
	for (size_t i = 0; i <= PRELUDE_HEADS_MAX; i++)
		prelude_add(preludes, &flows[i], &second, true);
	preludes_stats(preludes, &stats);
	assert_int_equal(stats.lost, 1);
	assert_int_equal(flows[0].handshake.hello, SURGETAP_HELLO_CUT);
	for (size_t i = 1; i <= PRELUDE_HEADS_MAX; i++)
		assert_int_equal(flows[i].handshake.hello, SURGETAP_HELLO_WHOLE);
}

/* A ServerHello of TLS 1.2; with `is_tls13` it chooses 1.3 by supported_versions. */
static void put_answer(struct bytes *bytes, bool is_tls13)
{
	static const uint8_t random[32] = {9};
	size_t body_bytes = is_tls13 ? 46 : 38;

	put(bytes, "\x16\3\3", 3);
	put16(bytes, (unsigned)body_bytes + 4);
	put(bytes, "\2\0", 2);
	put16(bytes, (unsigned)body_bytes);
	put16(bytes, 0x0303);
	put(bytes, random, sizeof random);
	put(bytes, "\0\x13\1\0", 4);
	if (is_tls13)
		put(bytes, "\0\6\0\x2b\0\2\3\4", 8);
}

static void answer_with_a_readable_certificate_is_called_sealed(void **state)
{
	(void)state;
	for (int is_tls13 = 0; is_tls13 < 2; is_tls13++) {
		struct bytes answer = {.size = 0};
		struct packet packet = {.transport = TCP};

		prelude = (struct prelude){0};
		put_answer(&answer, is_tls13);
		packet.payload = answer.data;
		packet.payload_bytes = packet.payload_captured_bytes = (uint32_t)answer.size;
		prelude_add(preludes, &prelude, &packet, false);
		assert_false(prelude_is_sealed(&prelude)); /* nobody has asked */
		prelude = (struct prelude){0};
		show(0, hello.size);
		assert_false(prelude_is_sealed(&prelude));
		prelude_add(preludes, &prelude, &packet, false);
		assert_int_equal(prelude_is_sealed(&prelude), is_tls13);
	}
}

/* A record of DTLS with a fragment of the hello. */
static void put_fragment(struct bytes *bytes, const struct bytes *body, size_t at, size_t count)
{
	put(bytes, "\x16\xfe\xfd\0\0\0\0\0\0\0\0", 11);
	put16(bytes, (unsigned)count + 12);
	put(bytes, "\1\0", 2);
	put16(bytes, body->size);
	put(bytes, "\0\1\0", 3);
	put16(bytes, (unsigned)at);
	put(bytes, "", 1);
	put16(bytes, (unsigned)count);
	put(bytes, body->data + at, count);
}

static void fragments_of_dtls_are_lost(void **state)
{
	static const char ja4[] = "d13d1516h2_8daaf6152771_e5627efa2ab1";
	static struct bytes body, datagram;

	(void)state;
	body.size = 0;
	put_hello_body(&body, true);
	for (size_t cut = 50; cut <= body.size; cut += 30) {
		datagram.size = 0;
		put_fragment(&datagram, &body, cut - 10, body.size - cut + 10);
		show_of(&datagram, UDP, 0, datagram.size);
		datagram.size = 0;
		put_fragment(&datagram, &body, 0, cut);
		show_of(&datagram, UDP, 0, datagram.size);
		assert_whole(ja4);
		prelude = (struct prelude){0};
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(fingerprint_differs_from_the_published_one),
		TEST(hello_in_two_segments_is_read_to_the_first_ones_end),
		TEST(hello_byte_by_byte_is_lost),
		TEST(hello_of_many_records_is_lost),
		TEST(bytes_lost_within_a_hello_go_unnoticed),
		TEST(hello_behind_a_greeting_is_lost),
		TEST(broken_off_hello_is_called_whole),
		TEST(hello_that_never_ends_is_waited_for_for_ever),
		TEST(other_traffic_keeps_a_buffer),
		TEST(full_pool_harms_more_than_the_oldest),
		TEST(answer_with_a_readable_certificate_is_called_sealed),
		TEST(fragments_of_dtls_are_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Recipes on conversations made from the specifications, whole, spoilt and mixed up. */
#include "test_trial.h"

#define CLIENT_FIRST true
#define SERVER_FIRST false
#define ZEROS8 "\0\0\0\0\0\0\0\0"

#define PG_STARTUP "\0\0\0\x29\0\3\0\0user\0postgres\0database\0postgres\0\0"
#define MYSQL_GREETING                                                                             \
	"\x3e\0\0\0\x0a"                                                                           \
	"8.0.36\0\x0b\0\0\0"                                                                       \
	"abcdefgh\0\xff\xff\xff\2\0\xff\xdf\x15" ZEROS8 "\0\0"                                     \
	"ijklmnopqrst\0sha2_pass\0"
#define MYSQL_LOGIN                                                                                \
	"\x26\0\0\1\x85\xa6\xff\1\0\0\0\1\x2d" ZEROS8 ZEROS8 "\0\0\0\0\0\0\0"                      \
	"root\0\0"
#define TDS_PRELOGIN "\0\0\x0b\0\6\1\0\x11\0\1\xff\x0f\0\7\xd0\0\0\2"
#define BSON_HELLO "\0\0\0\0\0\x10\0\0\0\x10hello\0\1\0\0\0\0"
#define BINARY_NOOP(magic) magic "\x0a\0\0\0\0\0\0\0\0\0\0\xde\xad\xbe\xef" ZEROS8

static const struct conversation conversations[] = {
	{"PostgreSQL", TCP, CLIENT_FIRST, TEXT(PG_STARTUP), TEXT("R\0\0\0\x08\0\0\0\0")},
	{"PostgreSQL", TCP, CLIENT_FIRST, TEXT("\0\0\0\x08\4\xd2\x16\x2f"), TEXT("S")},
	{"PostgreSQL", TCP, CLIENT_FIRST, TEXT("\0\0\0\x08\4\xd2\x16\x2f"), TEXT("N")},
	{"PostgreSQL", TCP, CLIENT_FIRST, TEXT("\0\0\0\x08\4\xd2\x16\x30"), TEXT("G")},
	{"PostgreSQL", TCP, CLIENT_FIRST, TEXT(PG_STARTUP),
		TEXT("E\0\0\0\x19SFATAL\0C28000\0Mbye\0\0\0\0")},
	{"MySQL", TCP, SERVER_FIRST, TEXT(MYSQL_GREETING), TEXT(MYSQL_LOGIN)},
	{"SQL Server", TCP, CLIENT_FIRST, TEXT("\x12\1\0\x1a\0\0\1\0" TDS_PRELOGIN),
		TEXT("\4\1\0\x1a\0\0\1\0" TDS_PRELOGIN)},
	{"MongoDB", TCP, CLIENT_FIRST, TEXT("\x25\0\0\0\7\0\0\0\0\0\0\0\xdd\7\0\0" BSON_HELLO),
		TEXT("\x25\0\0\0\1\0\0\0\7\0\0\0\xdd\7\0\0" BSON_HELLO)},
	{"Cassandra", TCP, CLIENT_FIRST, TEXT("\4\0\0\1\5\0\0\0\0"),
		TEXT("\x84\0\0\1\6\0\0\0\2\0\0")},
	{"Cassandra", TCP, CLIENT_FIRST,
		TEXT("\4\0\0\1\1\0\0\0\x16\0\1\0\013CQL_VERSION\0\0053.0.0"),
		TEXT("\x84\0\0\1\2\0\0\0\0")},
	{"Redis", TCP, CLIENT_FIRST, TEXT("*2\r\n$3\r\nGET\r\n$1\r\nk\r\n"), TEXT("$-1\r\n")},
	{"Redis", TCP, CLIENT_FIRST, TEXT("*1\r\n$4\r\nPING\r\n"), TEXT("+PONG\r\n")},
	{"Redis", TCP, CLIENT_FIRST, TEXT("PING\r\n"), TEXT("+PONG\r\n")},
	{"Redis", TCP, CLIENT_FIRST, TEXT("INFO\r\n"),
		TEXT("-NOAUTH Authentication required.\r\n")},
	{"memcached: command", TCP, CLIENT_FIRST, TEXT("set k 0 60 5\r\nhello\r\n"),
		TEXT("STORED\r\n")},
	{"memcached: command", TCP, CLIENT_FIRST, TEXT("mg k v\r\n"), TEXT("EN\r\n")},
	{"memcached: binary", TCP, CLIENT_FIRST, TEXT(BINARY_NOOP("\x80")),
		TEXT(BINARY_NOOP("\x81"))},
	{"AMQP", TCP, CLIENT_FIRST, TEXT("AMQP\0\0\x09\1"),
		TEXT("\1\0\0\0\0\0\x0c\0\x0a\0\x0a\0\x09\0\0\0\0")},
	{"AMQP", TCP, CLIENT_FIRST, TEXT("AMQP\3\1\0\0"), TEXT("AMQP\3\1\0\0")},
	{"MQTT", TCP, CLIENT_FIRST, TEXT("\x10\x0c\0\4MQTT\4\2\0\x3c\0\0"), TEXT("\x20\2\0\0")},
	{"MQTT", TCP, CLIENT_FIRST, TEXT("\x10\x0d\0\4MQTT\5\2\0\x3c\0\0\0"),
		TEXT("\x20\6\0\0\3\x21\0\x14")},
	{"STOMP", TCP, CLIENT_FIRST, TEXT("CONNECT\naccept-version:1.2\n\n\0"),
		TEXT("CONNECTED\nversion:1.2\n\n\0")},
	{"NATS", TCP, SERVER_FIRST, TEXT("INFO {\"server_id\":\"NA\"}\r\n"),
		TEXT("CONNECT {\"verbose\":false}\r\n")},
	{"X11", TCP, CLIENT_FIRST, TEXT("l\0\x0b\0\0\0\0\0\0\0\0\0"),
		TEXT("\1\0\x0b\0\0\0\1\0ABCD")},
	{"X11", TCP, CLIENT_FIRST,
		TEXT("B\0\0\x0b\0\0\0\x12\0\x10\0\0MIT-MAGIC-COOKIE-1\0\0" ZEROS8 ZEROS8),
		TEXT("\0\4\0\x0b\0\0\0\1Nay.")},
	{"SPICE", TCP, CLIENT_FIRST, TEXT("REDQ\2\0\0\0\2\0\0\0\4\0\0\0abcd"),
		TEXT("REDQ\2\0\0\0\2\0\0\0\4\0\0\0abcd")},
	{"ADB", TCP, CLIENT_FIRST, TEXT("CNXN\1\0\0\1\0\0\x10\0\0\0\0\0\0\0\0\0\xbc\xb1\xa7\xb1"),
		TEXT("AUTH\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xbe\xaa\xab\xb7")},
	{"Mosh", UDP, CLIENT_FIRST, TEXT("\0\0\0\0\0\0\0\1" ZEROS8 ZEROS8 ZEROS8 ZEROS8),
		TEXT("\x80\0\0\0\0\0\0\0" ZEROS8 ZEROS8 ZEROS8 ZEROS8)},
};

static void service_in_the_clear_is_missed(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(conversations); i++) {
		const struct conversation *said = &conversations[i];

		print_message("%zu %s\n", i, said->service);
		assert_int_equal(trial_play(said->transport, said->is_client_first, said->opening,
					 said->answer),
			1);
		assert_memory_equal(trial.reason, said->service, strlen(said->service));
		assert_int_equal(trial.last.kind, SURGETAP_KIND_TUNNEL);
		assert_true(trial.last.grade > SURGETAP_GRADE_GUESS);
	}
}

static void opening_that_nobody_answers_is_use(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(conversations); i++) {
		const struct conversation *said = &conversations[i];

		trial_begin();
		for (int times = 0; times < 3; times++)
			trial_show(said->transport, said->is_client_first, said->opening.bytes,
				said->opening.count, said->opening.count);
		assert_int_equal(trial.reports, 0);
	}
}

static void answer_without_an_opening_is_use(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(conversations); i++) {
		const struct conversation *said = &conversations[i];

		trial_begin();
		for (int times = 0; times < 3; times++)
			trial_show(said->transport, !said->is_client_first, said->answer.bytes,
				said->answer.count, said->answer.count);
		assert_int_equal(trial.reports, 0);
	}
}

/* Both are the client's, both the server's, or each the other's. */
static void sides_may_be_mixed_up(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(conversations); i++) {
		const struct conversation *said = &conversations[i];

		if (said->opening.count == said->answer.count)
			continue; /* both may say the same */
		assert_int_equal(trial_play(said->transport, !said->is_client_first, said->opening,
					 said->answer),
			0);
		trial_begin();
		trial_show(said->transport, true, said->opening.bytes, said->opening.count,
			said->opening.count);
		trial_show(said->transport, true, said->answer.bytes, said->answer.count,
			said->answer.count);
		assert_int_equal(trial.reports, 0);
	}
}

static bool is_same_service(const struct conversation *one, const struct conversation *other)
{
	return strcmp(one->service, other->service) == 0;
}

static void answer_of_another_service_confirms(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(conversations); i++) {
		for (size_t k = 0; k < COUNT(conversations); k++) {
			const struct conversation *said = &conversations[i],
						  *other = &conversations[k];

			if (is_same_service(said, other))
				continue;
			assert_int_equal(trial_play(said->transport, said->is_client_first,
						 said->opening, other->answer),
				0);
		}
	}
}

static void other_transport_is_taken(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(conversations); i++) {
		const struct conversation *said = &conversations[i];

		assert_int_equal(trial_play(said->transport == TCP ? UDP : TCP,
					 said->is_client_first, said->opening, said->answer),
			0);
	}
}

/* Nothing in between may count, since the next payload of the other side is the answer. */
static void something_else_comes_before_the_answer(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(conversations); i++) {
		const struct conversation *said = &conversations[i];

		trial_begin();
		trial_show(said->transport, said->is_client_first, said->opening.bytes,
			said->opening.count, said->opening.count);
		trial_show(said->transport, !said->is_client_first, "?", 1, 1);
		trial_show(said->transport, !said->is_client_first, said->answer.bytes,
			said->answer.count, said->answer.count);
		assert_int_equal(trial.reports, 0);
	}
}

/* Reads beyond the bytes are found by sanitizers. What is left of an opening of this length may
 * still be one: a line of text, a head without its data. */
static void cut_payload_is_read_beyond_its_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(conversations); i++) {
		const struct conversation *said = &conversations[i];

		for (size_t cut = 1; cut < said->opening.count; cut++) {
			trial_play(said->transport, said->is_client_first,
				(struct text){said->opening.bytes, cut}, said->answer);
			assert_true(trial.reports == 0 || cut >= 6);
		}
		for (size_t cut = 1; cut < said->answer.count; cut++) {
			trial_play(said->transport, said->is_client_first, said->opening,
				(struct text){said->answer.bytes, cut});
			assert_true(trial.reports == 0 || cut >= 4);
		}
	}
}

static void snapped_payload_is_read_beyond_its_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(conversations); i++) {
		const struct conversation *said = &conversations[i];

		for (size_t cut = 1; cut <= said->opening.count; cut++) {
			trial_begin();
			trial_show(said->transport, said->is_client_first, said->opening.bytes, cut,
				said->opening.count + 1);
			trial_show(said->transport, !said->is_client_first, said->answer.bytes,
				cut < said->answer.count ? cut : said->answer.count, 0xffff);
			assert_true(trial.reports == 0 || cut >= 6);
		}
	}
}

static void single_bytes_are_taken_for_a_conversation(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(conversations); i++) {
		const struct conversation *said = &conversations[i];

		trial_begin();
		for (size_t k = 0; k < said->opening.count; k++)
			trial_show(said->transport, said->is_client_first, said->opening.bytes + k,
				1, 1);
		trial_show(said->transport, !said->is_client_first, said->answer.bytes,
			said->answer.count, said->answer.count);
		assert_int_equal(trial.reports, 0);
	}
}

static void random_bytes_are_taken_for_a_service(void **state)
{
	uint8_t bytes[2][64];
	uint32_t seed = 1;

	(void)state;
	for (int times = 0; times < 20000; times++) {
		for (size_t i = 0; i < sizeof bytes; i++) {
			seed = seed * 1664525u + 1013904223u;
			((uint8_t *)bytes)[i] = (uint8_t)(seed >> 24);
		}
		assert_int_equal(trial_play(times % 2 ? TCP : UDP, times % 4 > 1,
					 (struct text){(char *)bytes[0], 1 + seed % 64},
					 (struct text){(char *)bytes[1], 1 + (seed >> 8) % 64}),
			0);
	}
}

/* On ports of services, of the same shape, or with the same first words. */
static void other_protocol_is_taken_for_a_service(void **state)
{
	static const struct conversation others[] = {
		{"HTTP", TCP, CLIENT_FIRST, TEXT("GET /get HTTP/1.1\r\nHost: x\r\n\r\n"),
			TEXT("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")},
		{"HTTP CONNECT", TCP, CLIENT_FIRST, TEXT("CONNECT a:443 HTTP/1.1\r\n\r\n"),
			TEXT("HTTP/1.1 200 OK\r\n\r\n")},
		{"POP3", TCP, CLIENT_FIRST, TEXT("USER lab\r\n"), TEXT("+OK\r\n")},
		{"POP3", TCP, CLIENT_FIRST, TEXT("STAT\r\n"), TEXT("+OK 2 320\r\n")},
		{"IRC", TCP, CLIENT_FIRST, TEXT("PING :irc.lab.test\r\n"), TEXT("PONG :x\r\n")},
		{"IRC", TCP, CLIENT_FIRST, TEXT("INFO\r\n"), TEXT(":x 371 lab :ngIRCd\r\n")},
		{"SMTP", TCP, CLIENT_FIRST, TEXT("EHLO lab\r\n"), TEXT("250 lab\r\n")},
		{"FTP", TCP, SERVER_FIRST, TEXT("220 (vsFTPd 3.0.3)\r\n"), TEXT("USER lab\r\n")},
		{"SSH", TCP, SERVER_FIRST, TEXT("SSH-2.0-OpenSSH_9.2\r\n"),
			TEXT("SSH-2.0-OpenSSH_9.2\r\n")},
		{"beanstalkd", TCP, CLIENT_FIRST, TEXT("stats\r\n"), TEXT("OK 900\r\n---\n")},
		{"gopher", TCP, CLIENT_FIRST, TEXT("version\r\n"), TEXT("iWelcome\t\t\t0\r\n")},
		{"TLS", TCP, CLIENT_FIRST, TEXT("\x16\3\1\0\x05\1\0\0\1\3"),
			TEXT("\x16\3\3\0\x05\2\0\0\1\3")},
		{"DNS", TCP, CLIENT_FIRST, TEXT("\0\x11\0\1\1\0\0\1\0\0\0\0\0\0\0\0\1\0\1"),
			TEXT("\0\x11\0\1\x81\x80\0\1\0\0\0\0\0\0\0\0\1\0\1")},
		{"RTP", UDP, CLIENT_FIRST, TEXT("\x80\0\0\1\0\0\0\xa0" ZEROS8 ZEROS8 ZEROS8 ZEROS8),
			TEXT("\x80\0\0\1\0\0\0\xa0" ZEROS8 ZEROS8 ZEROS8 ZEROS8)},
		{"a count of one's own", UDP, CLIENT_FIRST,
			TEXT("\0\0\0\0\0\0\0\1" ZEROS8 ZEROS8 ZEROS8 ZEROS8),
			TEXT("\0\0\0\0\0\0\0\1" ZEROS8 ZEROS8 ZEROS8 ZEROS8)},
		{"zeros", TCP, CLIENT_FIRST, TEXT(ZEROS8 ZEROS8 ZEROS8 ZEROS8),
			TEXT(ZEROS8 ZEROS8 ZEROS8 ZEROS8)},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(others); i++) {
		print_message("%s\n", others[i].service);
		assert_int_equal(trial_play(others[i].transport, others[i].is_client_first,
					 others[i].opening, others[i].answer),
			0);
	}
}

/* The number, stream or order of bytes that an answer has to repeat. */
static void answer_to_another_request_confirms(void **state)
{
	static const struct conversation strangers[] = {
		{"MongoDB", TCP, CLIENT_FIRST,
			TEXT("\x25\0\0\0\7\0\0\0\0\0\0\0\xdd\7\0\0" BSON_HELLO),
			TEXT("\x25\0\0\0\1\0\0\0\x08\0\0\0\xdd\7\0\0" BSON_HELLO)},
		{"Cassandra", TCP, CLIENT_FIRST, TEXT("\4\0\0\1\5\0\0\0\0"),
			TEXT("\x84\0\0\2\6\0\0\0\2\0\0")},
		{"memcached", TCP, CLIENT_FIRST, TEXT(BINARY_NOOP("\x80")),
			TEXT("\x81\x0a\0\0\0\0\0\0\0\0\0\0\0\0\0\1" ZEROS8)},
		{"X11", TCP, CLIENT_FIRST, TEXT("l\0\x0b\0\0\0\0\0\0\0\0\0"),
			TEXT("\1\0\0\x0b\0\0\0\1ABCD")},
		{"PostgreSQL", TCP, CLIENT_FIRST, TEXT(PG_STARTUP), TEXT("S")},
		{"Redis", TCP, CLIENT_FIRST, TEXT("PING\r\n"), TEXT("+OK\r\n")},
		{"MQTT", TCP, CLIENT_FIRST, TEXT("\x10\x0c\0\4MQTT\4\2\0\x3c\0\0"),
			TEXT("\x20\6\0\0\3\x21\0\x14")},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(strangers); i++) {
		print_message("%s\n", strangers[i].service);
		assert_int_equal(trial_play(strangers[i].transport, strangers[i].is_client_first,
					 strangers[i].opening, strangers[i].answer),
			0);
	}
}

static void service_elsewhere_is_looked_into(void **state)
{
	const struct surgetap_flow flow = {
		.transport = TCP, .place.network = SURGETAP_NETWORK_HYPERSCALER};
	const struct surgetap_payload payload = {(const uint8_t *)"PING\r\n", 6, 6, true, 0};
	const struct surgetap_call call = {
		.host = &host, .flow = &flow, .flow_state = trial.memory, .payload = &payload};

	(void)state;
	trial_begin();
	assert_int_equal(surgetap_plugin_vps.on_packet(&call), SURGETAP_DONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(service_in_the_clear_is_missed),
		cmocka_unit_test(opening_that_nobody_answers_is_use),
		cmocka_unit_test(answer_without_an_opening_is_use),
		cmocka_unit_test(sides_may_be_mixed_up),
		cmocka_unit_test(answer_of_another_service_confirms),
		cmocka_unit_test(other_transport_is_taken),
		cmocka_unit_test(something_else_comes_before_the_answer),
		cmocka_unit_test(cut_payload_is_read_beyond_its_end),
		cmocka_unit_test(snapped_payload_is_read_beyond_its_end),
		cmocka_unit_test(single_bytes_are_taken_for_a_conversation),
		cmocka_unit_test(random_bytes_are_taken_for_a_service),
		cmocka_unit_test(other_protocol_is_taken_for_a_service),
		cmocka_unit_test(answer_to_another_request_confirms),
		cmocka_unit_test(service_elsewhere_is_looked_into),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "test_trial.h"

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

static const struct session {
	bool from_client;
	struct {
		const char *bytes;
		size_t count;
	} messages[2];
} one_way[] =
	{
		{CLIENT, {{START("\5\1\0")}, {START("\5\1\0\1\x7f\0\0\1\0\x50")}}},
		{CLIENT, {{START("\5\1\2")}, {START("\1\4user\6secret")}}},
		{CLIENT,
			{{START("\4\1\0\x50\x0a\0\0\1user\0")}, {START("GET / HTTP/1.1\r\n\r\n")}}},
		{CLIENT, {{START("CONNECT a.example:443 HTTP/1.1\r\n\r\n")},
				 {START("\x16\3\1\2\0")}}},
		{SERVER, {{START("\5\0")}, {START("\5\0\0\1\0\0\0\0\0\0")}}},
		{SERVER, {{START("HTTP/1.0 200 Connection established\r\n\r\n")},
				 {START("\x16\3\3\0\x7a")}}},
},
  one_way_resembling[] = {
	  {CLIENT, {{START("\5\1\0")}, {START("\5\1\0")}}}, /* asked again: a scan */
	  {CLIENT, {{START("\5\1\0")}, {START("\5\1\0\1\x7f\0\0\1\0\x50more")}}},
	  {CLIENT, {{START("\5\1\2")}, {START("\1\4user\7secret")}}},
	  {CLIENT, {{START("CONNECT a.example:443 HTTP/1.1\r\n\r\n")},
			   {START("CONNECT a.example:443 HTTP/1.1\r\nX: y\r\n\r\n")}}},
	  {SERVER, {{START("\5\0")}, {START("\5\1\0\1\0\0\0\0\0\0")}}}, /* refused */
	  {SERVER, {{START("\5\0")}, {START("\5\0")}}},
	  {SERVER, {{START("HTTP/1.0 200 OK\r\n\r\n")}, {START("\x16\3\3\0\x7a")}}},
};

static unsigned session_reports(const struct session *session)
{
	struct trial trial = new_trial();

	trial.flow.packets_to_server = session->from_client;
	trial.flow.packets_to_client = !session->from_client;
	for (size_t i = 0; i < 2; i++)
		send_bytes(&trial, session->from_client, session->messages[i].bytes,
			session->messages[i].count);
	return reports;
}

static void session_of_which_one_side_is_seen_is_missed(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(one_way); i++) {
		assert_int_equal(session_reports(&one_way[i]), 1);
		assert_int_equal(last.grade, SURGETAP_GRADE_HEURISTIC);
	}
}

static void scan_or_site_counts_as_a_session_of_one_side(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(one_way_resembling); i++)
		assert_int_equal(session_reports(&one_way_resembling[i]), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answered_request_is_missed),
		cmocka_unit_test(refused_request_counts_as_use),
		cmocka_unit_test(answer_to_something_else_is_believed),
		cmocka_unit_test(truncated_handshake_is_read_beyond_its_end),
		cmocka_unit_test(password_ends_the_watch),
		cmocka_unit_test(session_of_which_one_side_is_seen_is_missed),
		cmocka_unit_test(scan_or_site_counts_as_a_session_of_one_side),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

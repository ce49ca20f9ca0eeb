/* SPDX-License-Identifier: Apache-2.0 */
#include "mse.h"
#include "test_trial.h"

#include <stdlib.h>

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

/* Some of nDPI's rules accept random bytes now and then. */
static void name_that_random_bytes_earn_hides_a_proxy(void **state)
{
	static const char *const names[] = {"z39.50", "rtmp"};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		struct trial trial = opaque_trial();

		trial.flow.protocol = names[i];
		trial.flow.confidence = SURGETAP_CONFIDENCE_DPI;
		assert_int_equal(classify(&trial), SURGETAP_GRADE_HEURISTIC);
	}
}

/* On port 53 nDPI calls DNS whatever the client sends, at once. */
static void name_that_comes_early_hides_a_proxy(void **state)
{
	struct trial trial = new_trial();

	(void)state;
	send_random(&trial, CLIENT, 190);
	trial.flow.protocol = "dns";
	trial.flow.confidence = SURGETAP_CONFIDENCE_DPI;
	assert_int_equal(classify(&trial), SURGETAP_GRADE_NONE);
	assert_false(trial.is_over);
	send_random(&trial, SERVER, 357);
	assert_int_equal(last.grade, SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(reports, 1);
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

/* Sizes of messages as aria2, libtorrent and Transmission made them: a negative one is the
 * server's. */
static bool is_peer(const int *sizes, size_t count)
{
	struct mse mse = {0};
	bool is_seen = false;

	for (size_t i = 0; i < count && sizes[i] != 0; i++) {
		uint32_t bytes = (uint32_t)abs(sizes[i]);
		const struct surgetap_payload payload = {NULL, 0, bytes, sizes[i] > 0, (uint8_t)i};

		is_seen |= mse_add(&mse, &payload);
	}
	return is_seen;
}

static void encrypted_peer_is_missed_or_seen_in_a_proxy(void **state)
{
	static const int peers[][9] = {
		{357, -354, 139, -296, 68},
		{357, -354, 139, -14, -68, 68},
		{157, -141, 99, -434, 68},
		{123, -323, 132, -206, 68},
		{127, -266, 124, -82},
		{581, -191, 124, -14, -68},
		{608, -96, 568, -14, 68},
	};
	static const int others[][9] = {
		{190, -357},
		{644, -888, 118, 141, -645},   /* vmess */
		{157, -141, 99, -434, 69},     /* another message */
		{157, -609, 99, -434, 68},     /* too much padding */
		{95, -141, 99, -434, 68},      /* less than a key */
		{157, -141, 55, -434, 68},     /* less than an offer */
		{157, -141, 99, -13, 68},      /* less than a choice */
		{157, 20, -141, 99, -434, 68}, /* a key in two messages */
		{-157, 141, -99, 434, -68},    /* the server speaks first */
		{127, -266, 125, -82},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(peers); i++)
		assert_true(is_peer(peers[i], COUNT(peers[i])));
	for (size_t i = 0; i < COUNT(others); i++)
		assert_false(is_peer(others[i], COUNT(others[i])));
}

static void send_peer(struct trial *trial)
{
	static const struct {
		bool from_client;
		uint16_t bytes;
	} messages[] = {{CLIENT, 357}, {SERVER, 354}, {CLIENT, 139}, {SERVER, 296}, {CLIENT, 68},
		{SERVER, 68}};

	for (size_t i = 0; i < COUNT(messages); i++)
		send_random(trial, messages[i].from_client, messages[i].bytes);
}

/* Its own sizes tell, and of the same host's other connections its company. */
static void peer_of_an_unknown_tracker_is_a_proxy(void **state)
{
	struct trial trial = new_trial();

	(void)state;
	send_peer(&trial);
	assert_int_equal(classify(&trial), SURGETAP_GRADE_NONE);
	trial = opaque_trial();
	trial.flow.server.address.bytes[15] = 79;
	assert_int_equal(classify(&trial), SURGETAP_GRADE_NONE);
	memset(worker, 0, sizeof worker);
}

static void question_to_a_tracker_is_overheard(void **state)
{
	static const struct {
		const char *text;
		enum surgetap_grade grade;
	} cases[] = {
		{"GET /announce?info_hash=%E00U", SURGETAP_GRADE_NONE},
		{"GET /announce?info=%E00U", SURGETAP_GRADE_HEURISTIC},
		{"PUT /announce?info_hash=%E00U", SURGETAP_GRADE_HEURISTIC},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct trial asking = new_trial(), trial;

		send_bytes(&asking, CLIENT, cases[i].text, strlen(cases[i].text));
		trial = opaque_trial();
		trial.flow.server.address.bytes[15] = 79;
		assert_int_equal(classify(&trial), cases[i].grade);
		memset(worker, 0, sizeof worker);
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

/* A lost answer makes one turn of two, and a greeting of what was none. */
static void lost_answer_makes_a_bridge_of_a_proxy(void **state)
{
	static const uint16_t bytes[] = {140, 879, 1448, 770};
	struct trial trial = new_trial();

	(void)state;
	for (size_t i = 0; i < COUNT(bytes); i++)
		send_random(&trial, CLIENT, bytes[i]);
	send_random(&trial, SERVER, 950);
	send_random(&trial, CLIENT, 600);
	classify(&trial);
	assert_int_equal(reports, 1);
	assert_int_equal(last.technique, 0);
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
		cmocka_unit_test(fully_encrypted_flow_is_missed),
		cmocka_unit_test(name_that_random_bytes_earn_hides_a_proxy),
		cmocka_unit_test(name_that_comes_early_hides_a_proxy),
		cmocka_unit_test(encryption_proves_a_proxy_in_spite_of_its_circumstances),
		cmocka_unit_test(order_is_taken_for_encryption),
		cmocka_unit_test(server_that_speaks_first_is_a_proxy),
		cmocka_unit_test(obfuscated_bittorrent_is_a_proxy),
		cmocka_unit_test(encrypted_peer_is_missed_or_seen_in_a_proxy),
		cmocka_unit_test(peer_of_an_unknown_tracker_is_a_proxy),
		cmocka_unit_test(question_to_a_tracker_is_overheard),
		cmocka_unit_test(lost_answer_makes_a_bridge_of_a_proxy),
		cmocka_unit_test(obfs4_is_missed_or_seen_in_a_proxy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

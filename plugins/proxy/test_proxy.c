/* SPDX-License-Identifier: Apache-2.0 */
#include "test_trial.h"

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

static void plugin_keeps_flows_that_cannot_be_proxies(void **state)
{
	struct trial trial = new_trial();

	(void)state;
	send_bytes(&trial, CLIENT, START("GET / HTTP/1.1\r\n\r\n"));
	assert_true(trial.is_over);
}

/* Hellos of simple-obfs, or nearly. */
struct imitated {
	uint8_t first_extension, finished_bytes; /* length of the last record */
	bool is_asked, is_answered;
	unsigned reports; /* of a proxy, and of an imitation of TLS */
};

static void send_imitation(struct trial *trial, const struct imitated *imitated)
{
	uint8_t client[200] = {0x16, 3, 1, 0, 195, 1}, server[120] = {0};

	client[43] = 32;
	client[77] = 56;
	client[139] = imitated->first_extension;
	client[141] = 40; /* its length; the name follows at 182 */
	memcpy(server, "\x16\3\1\0\x5b\2\0\0\x57\3\3", 11);
	server[43] = 32;
	memcpy(server + 76, "\xcc\xa8", 2);
	memcpy(server + 96, "\x14\3\3\0\1\1\x16\3\3\0", 10);
	server[106] = imitated->finished_bytes;
	trial->flow.packets_to_server = imitated->is_asked;
	trial->flow.packets_to_client = imitated->is_answered;
	if (imitated->is_asked)
		send_bytes(trial, CLIENT, client, sizeof client);
	if (imitated->is_answered)
		send_bytes(trial, SERVER, server, sizeof server);
}

static void imitated_tls_is_missed_or_real_tls_accused(void **state)
{
	static const struct imitated cases[] = {
		{0x23, 200, true, true, 2},
		{0x23, 32, true, true, 0},
		{0x23, 200, true, false, 2}, /* one direction */
		{0x17, 200, true, false, 0},
		{0x23, 200, false, true, 2},
		{0x23, 32, false, true, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct trial trial = new_trial();

		send_imitation(&trial, &cases[i]);
		assert_int_equal(reports, cases[i].reports);
		if (reports > 0)
			assert_int_equal(last.kind, SURGETAP_KIND_IMITATION);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(port_1080_counts_as_use),
		cmocka_unit_test(plugin_keeps_flows_that_cannot_be_proxies),
		cmocka_unit_test(imitated_tls_is_missed_or_real_tls_accused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "test_trial.h"

static void esp_in_udp_without_ike_is_missed(void **state)
{
	static const struct packet packets[] = {
		{true, 120, 1, START("\xc1\x02\x03\x04\0\0\0\x01")},
		{true, 120, 2, START("\xc1\x02\x03\x04\0\0\0\x02")},
		{true, 120, 3, START("\xc1\x02\x03\x04\0\0\0\x03")},
	};
	struct surgetap_flow flow = flow_of(UDP, 4500);

	(void)state;
	assert_int_equal(grade_of_packets(&flow, packets, 3), SURGETAP_GRADE_HEURISTIC);
	flow.server.port = 4501;
	assert_int_equal(grade_of_packets(&flow, packets, 3), SURGETAP_GRADE_NONE);
}

static void acknowledgement_of_l2tp_is_missed_or_seen_in_anything(void **state)
{
	static const struct packet acknowledgement = {
		true, 12, 0, START("\xc8\x02\0\x0c\xa0\xc6\0\0\0\2\0\5")};
	static const struct packet others[] = {
		{true, 12, 0, START("\xc8\x02\0\x0c\xa0\xc6\0\1\0\2\0\5")}, /* a session */
		{true, 13, 0, START("\xc8\x02\0\x0d\xa0\xc6\0\0\0\2\0\5-")},
		{true, 12, 0, START("\xc8\x02\0\x0d\xa0\xc6\0\0\0\2\0\5")},
		{true, 11, 0, START("\xc8\x02\0\x0b\xa0\xc6\0\0\0\2\0")},
	};
	struct surgetap_flow flow = flow_of(UDP, 1701);

	(void)state;
	assert_int_equal(grade_of_packets(&flow, &acknowledgement, 1), SURGETAP_GRADE_DPI);
	for (size_t i = 0; i < COUNT(others); i++)
		assert_int_equal(grade_of_packets(&flow, &others[i], 1), SURGETAP_GRADE_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(acknowledgement_of_l2tp_is_missed_or_seen_in_anything),
		cmocka_unit_test(esp_in_udp_without_ike_is_missed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

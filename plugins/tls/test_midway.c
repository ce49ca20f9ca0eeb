/* SPDX-License-Identifier: Apache-2.0 */
#include "test_host.h"

static enum surgetap_grade judge_stream(
	const struct start *starts, const bool *from_client, size_t count)
{
	const struct surgetap_flow flow = {.size = sizeof flow, .transport = TCP};
	uint64_t memory[4] = {0};

	assert_true(surgetap_plugin_tls.flow_state_size <= sizeof memory);
	reports = 0;
	for (size_t i = 0; i < count; i++) {
		const struct surgetap_payload payload = {(const uint8_t *)starts[i].bytes,
			(uint32_t)starts[i].captured_bytes, starts[i].length_bytes, from_client[i],
			(uint8_t)i};
		const struct surgetap_call call = {
			.host = &host, .flow = &flow, .flow_state = memory, .payload = &payload};

		surgetap_plugin_tls.on_packet(&call);
	}
	return reports ? last.grade : SURGETAP_GRADE_NONE;
}

static void session_joined_midway_is_missed(void **state)
{
	static const struct start records[] = {
		{TCP, START("\x17\3\3\x40\0"), 1460},
		{TCP, START("\x17\3\3\x40\0"), 1460},
		{TCP, START("\x17\3\3\0\x30"), 53},
		{TCP, START("\x17\3\1\0\x11-----------------\x17\3\1\0\x50------"), 107},
	};
	static const bool both[] = {true, false}, one[] = {true, true};

	(void)state;
	assert_int_equal(judge_stream(records, both, 2), SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(judge_stream(records, one, 2), SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(judge_stream(records + 2, one, 1), SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(judge_stream(records + 3, one, 1), SURGETAP_GRADE_HEURISTIC);
}

static enum surgetap_grade judge_datagram(const struct start *start)
{
	const struct surgetap_flow flow = {.size = sizeof flow, .transport = UDP};
	const struct surgetap_payload payload = {(const uint8_t *)start->bytes,
		(uint32_t)start->captured_bytes, start->length_bytes, true, 0};
	uint64_t memory[4] = {0};
	const struct surgetap_call call = {
		.host = &host, .flow = &flow, .flow_state = memory, .payload = &payload};

	reports = 0;
	surgetap_plugin_tls.on_packet(&call);
	return reports ? last.grade : SURGETAP_GRADE_NONE;
}

static void datagrams_joined_midway_are_missed_or_seen_in_chance(void **state)
{
	static const struct start records[] = {
		{UDP, START("\x17\xfe\xfd\0\1\0\0\0\0\0\1\0\x30"), 61},
		{UDP, START("\x17\xfe\xff\0\2\0\0\0\0\0\1\0\x11-----------------\x17\xfe\xff"), 90},
	};
	static const struct start others[] = {
		{UDP, START("\x17\xfe\xfd\0\1\0\0\0\0\0\1\0\x30"), 62}, /* another end */
		{UDP, START("\x17\xfe\xfd\0\0\0\0\0\0\0\1\0\x30"), 61}, /* in the clear */
		{UDP, START("\x17\xfe\xfd\x10\1\0\0\0\0\0\1\0\x30"), 61},
		{UDP, START("\x17\xfe\xfc\0\1\0\0\0\0\0\1\0\x30"), 61},
		{UDP, START("\x16\xfe\xfd\0\1\0\0\0\0\0\1\0\x30"), 61},
		{UDP, START("\x17\xfe\xfd\0\1\0\0\0\0\0\1\0\x10"), 29}, /* no tag */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(records); i++)
		assert_int_equal(judge_datagram(&records[i]), SURGETAP_GRADE_HEURISTIC);
	for (size_t i = 0; i < COUNT(others); i++)
		assert_int_equal(judge_datagram(&others[i]), SURGETAP_GRADE_NONE);
}

static void chance_is_taken_for_a_session_joined_midway(void **state)
{
	static const struct start others[] = {
		{TCP, START("\x17\3\3\x40\0"), 1460}, /* one that fills its segment */
		{TCP, START("\x17\3\3\0\x30"), 54},   /* ends before its segment */
		{TCP, START("\x17\3\3\0\x10"), 21},   /* too short for a tag */
		{TCP, START("\x17\3\3\x50\0"), 1460}, /* longer than any record */
		{TCP, START("\x17\3\3\x40\0"), 900},  /* ends behind a segment that is not full */
		{TCP, START("\x17\3\4\0\x30"), 53},   /* no such version */
		{TCP, START("\x17\3\1\0\x11-----------------\x16\3\1\0\x50------"), 107},
	};
	static const bool both[] = {true, false, true, false, true, false, true};

	(void)state;
	assert_int_equal(judge_stream(others, both, COUNT(others)), SURGETAP_GRADE_NONE);
}

/* On 8009, Chromecast's port, nDPI speaks behind the first payload. */
static void verdict_ends_the_wait_for_a_second_record(void **state)
{
	static const char bytes[] = "\x17\3\3\x40\0";
	const struct surgetap_payload payload = {(const uint8_t *)bytes, 5, 1460, true, 0};
	const struct surgetap_flow flow = {.size = sizeof flow,
		.transport = TCP,
		.protocol = "ciscovpn",
		.master = "unknown",
		.confidence = SURGETAP_CONFIDENCE_DPI};
	uint64_t memory[4] = {0};
	struct surgetap_call call = {
		.host = &host, .flow = &flow, .flow_state = memory, .payload = &payload};

	(void)state;
	assert_int_equal(surgetap_plugin_tls.on_packet(&call), SURGETAP_MORE);
	call.payload = NULL;
	assert_int_equal(surgetap_plugin_tls.on_classified(&call), SURGETAP_MORE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(session_joined_midway_is_missed),
		cmocka_unit_test(datagrams_joined_midway_are_missed_or_seen_in_chance),
		cmocka_unit_test(chance_is_taken_for_a_session_joined_midway),
		cmocka_unit_test(verdict_ends_the_wait_for_a_second_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

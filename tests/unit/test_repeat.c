/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/repeat.h"

#include "tests/unit/flow_packets.h"

static struct packet with_payload(struct packet packet, const char *text)
{
	packet.payload = (const uint8_t *)text;
	packet.payload_bytes = (uint32_t)strlen(text);
	packet.payload_captured_bytes = packet.payload_bytes;
	return packet;
}

static struct packet segment(uint32_t sequence, const char *text)
{
	struct packet packet = with_payload(tcp_packet(PSH | ACK, 0), text);

	packet.tcp_sequence = sequence;
	return packet;
}

static void segment_that_comes_twice_is_new(void **state)
{
	struct repeat repeat = {0};
	struct packet first = segment(1, "one"), second = segment(4, "two");

	(void)state;
	assert_false(repeat_is_seen(&repeat, &first, true));
	assert_true(repeat_is_seen(&repeat, &first, true));
	assert_false(repeat_is_seen(&repeat, &second, true));
	assert_true(repeat_is_seen(&repeat, &first, true));
	assert_true(repeat_is_seen(&repeat, &second, true));
}

static void segment_that_was_overtaken_is_old(void **state)
{
	struct repeat repeat = {0};
	struct packet first = segment(1, "one"), second = segment(4, "one");

	(void)state;
	assert_false(repeat_is_seen(&repeat, &second, true));
	assert_false(repeat_is_seen(&repeat, &first, true));
}

static void answer_of_the_same_number_is_old(void **state)
{
	struct repeat repeat = {0};
	struct packet packet = segment(0, "one");

	(void)state;
	assert_false(repeat_is_seen(&repeat, &packet, true));
	assert_false(repeat_is_seen(&repeat, &packet, false));
	assert_true(repeat_is_seen(&repeat, &packet, false));
}

static void datagram_of_the_same_length_is_old(void **state)
{
	struct repeat repeat = {0};
	struct packet first = with_payload(udp_packet(0), "one"),
		      second = with_payload(udp_packet(0), "two");

	(void)state;
	assert_false(repeat_is_seen(&repeat, &first, true));
	assert_false(repeat_is_seen(&repeat, &second, true));
	assert_true(repeat_is_seen(&repeat, &first, true));
}

static void more_than_the_latest_are_remembered_or_fewer(void **state)
{
	struct repeat repeat = {0};

	(void)state;
	for (uint32_t i = 0; i <= REPEAT_DEPTH; i++) {
		struct packet packet = segment(i, "one");

		assert_false(repeat_is_seen(&repeat, &packet, true));
	}
	for (uint32_t i = REPEAT_DEPTH; i > 0; i--) {
		struct packet packet = segment(i, "one");

		assert_true(repeat_is_seen(&repeat, &packet, true));
	}
	struct packet oldest = segment(0, "one");
	assert_false(repeat_is_seen(&repeat, &oldest, true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(segment_that_comes_twice_is_new),
		cmocka_unit_test(segment_that_was_overtaken_is_old),
		cmocka_unit_test(answer_of_the_same_number_is_old),
		cmocka_unit_test(datagram_of_the_same_length_is_old),
		cmocka_unit_test(more_than_the_latest_are_remembered_or_fewer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

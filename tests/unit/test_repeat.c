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

static struct packet datagram(const char *text)
{
	return with_payload(udp_packet(0), text);
}

static void datagram_that_comes_twice_is_new(void **state)
{
	struct repeat repeat = {0};
	struct packet first = datagram("one"), second = datagram("two");

	(void)state;
	assert_false(repeat_is_seen(&repeat, &first, true));
	assert_true(repeat_is_seen(&repeat, &first, true));
	assert_false(repeat_is_seen(&repeat, &second, true));
	assert_true(repeat_is_seen(&repeat, &first, true));
	assert_true(repeat_is_seen(&repeat, &second, true));
}

static void answer_of_the_same_bytes_is_old(void **state)
{
	struct repeat repeat = {0};
	struct packet packet = datagram("one");

	(void)state;
	assert_false(repeat_is_seen(&repeat, &packet, true));
	assert_false(repeat_is_seen(&repeat, &packet, false));
	assert_true(repeat_is_seen(&repeat, &packet, false));
}

/* QUIC's Initials of one hello: the same header, with a long token, and other ciphertext. */
static void datagram_that_ends_otherwise_is_old(void **state)
{
	char one[101], two[101];
	struct repeat repeat = {0};

	(void)state;
	memset(one, 'x', 100);
	one[100] = '\0';
	memcpy(two, one, sizeof two);
	two[99] = 'y';
	struct packet first = datagram(one), second = datagram(two);
	assert_false(repeat_is_seen(&repeat, &first, true));
	assert_false(repeat_is_seen(&repeat, &second, true));
	assert_true(repeat_is_seen(&repeat, &second, true));
}

static void datagram_of_which_nothing_was_captured_is_old(void **state)
{
	struct repeat repeat = {0};
	struct packet packet = udp_packet(100);

	(void)state;
	assert_false(repeat_is_seen(&repeat, &packet, true));
	assert_false(repeat_is_seen(&repeat, &packet, true));
}

static void more_than_the_latest_are_remembered_or_fewer(void **state)
{
	static const char *const texts[] = {"a", "b", "c", "d", "e"};
	struct repeat repeat = {0};

	(void)state;
	_Static_assert(sizeof texts / sizeof texts[0] == REPEAT_DEPTH + 1, "one too many");
	for (size_t i = 0; i <= REPEAT_DEPTH; i++) {
		struct packet packet = datagram(texts[i]);

		assert_false(repeat_is_seen(&repeat, &packet, true));
	}
	for (size_t i = REPEAT_DEPTH; i > 0; i--) {
		struct packet packet = datagram(texts[i]);

		assert_true(repeat_is_seen(&repeat, &packet, true));
	}
	struct packet oldest = datagram(texts[0]);
	assert_false(repeat_is_seen(&repeat, &oldest, true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(datagram_that_comes_twice_is_new),
		cmocka_unit_test(answer_of_the_same_bytes_is_old),
		cmocka_unit_test(datagram_that_ends_otherwise_is_old),
		cmocka_unit_test(datagram_of_which_nothing_was_captured_is_old),
		cmocka_unit_test(more_than_the_latest_are_remembered_or_fewer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

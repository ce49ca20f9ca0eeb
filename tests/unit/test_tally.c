/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes that a worker would look into must not be left behind. */
#include "pipeline/tally.h"

#include "flow/table.h"

#include "tests/unit/flow_packets.h"

#define SECOND INT64_C(1000000)

static struct tally *tally;
static int64_t now_us;

static int set_up(void **state)
{
	(void)state;
	now_us = INT64_C(1763701200) * SECOND;
	return tally_new(1, &tally);
}

static int tear_down(void **state)
{
	(void)state;
	tally_free(tally);
	return 0;
}

/* Of flows that differ by a port. */
static bool add(struct packet packet, uint16_t port)
{
	now_us += 1000;
	packet.source_port = port;
	struct tally_word word = tally_add(tally, &packet, now_us);
	assert_int_equal(word.flow_hash, flow_hash_of(&packet, 1));
	assert_true(*word.route == 0 || *word.route == port);
	*word.route = port;
	return word.is_bare;
}

static void fill(uint16_t port)
{
	for (unsigned i = 0; i < INSPECT_PACKETS_MAX; i++)
		assert_false(add(tcp_packet(ACK, 100), port));
	assert_true(add(tcp_packet(ACK, 100), port));
}

static void packet_under_inspection_is_bare(void **state)
{
	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_false(add(tcp_packet(ACK, 0), 7)); /* no inspection without a payload */
	fill(7);
}

static void flow_that_opens_anew_is_bare(void **state)
{
	(void)state;
	fill(7);
	assert_false(add(tcp_packet(SYN, 0), 7));
	fill(7);
	assert_false(add(tcp_packet(SYN | ACK, 0), 7));
}

static void flow_that_timed_out_is_bare(void **state)
{
	(void)state;
	for (int life = 0; life < FLOW_LIVES; life++)
		assert_true(TALLY_IDLE_US < flow_life_timeout_us((enum flow_life)life));
	fill(7);
	now_us += TALLY_IDLE_US - 2 * SECOND;
	assert_true(add(tcp_packet(ACK, 100), 7));
	now_us += TALLY_IDLE_US + 2 * SECOND;
	assert_false(add(tcp_packet(ACK, 100), 7));
}

/* The next port whose flow has its place where that of `port` has it. */
static uint16_t find_rival(uint16_t port)
{
	struct siphash_key secret = siphash_key_from_seed(1);
	struct packet packet = tcp_packet(ACK, 100);
	struct flow_key key;
	uint64_t place = 0;

	for (uint32_t rival = port; rival <= UINT16_MAX; rival++) {
		packet.source_port = (uint16_t)rival;
		flow_key_make(&packet, &key);
		uint64_t hash = flow_key_hash(&secret, &key) % TALLY_FLOWS;
		if (rival == port)
			place = hash;
		else if (hash == place)
			return (uint16_t)rival;
	}
	return 0;
}

static void flow_in_the_place_of_another_is_bare(void **state)
{
	uint16_t port = 1024, rival;

	(void)state;
	while ((rival = find_rival(port)) == 0)
		port++;
	fill(port);
	assert_false(add(tcp_packet(ACK, 100), rival));
	assert_false(add(tcp_packet(ACK, 100), port));
}

static void flow_that_other_rules_look_at_again_is_bare(void **state)
{
	(void)state;
	fill(7);
	tally_clear(tally);
	fill(7);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(packet_under_inspection_is_bare),
		TEST(flow_that_opens_anew_is_bare),
		TEST(flow_that_timed_out_is_bare),
		TEST(flow_in_the_place_of_another_is_bare),
		TEST(flow_that_other_rules_look_at_again_is_bare),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/table_of_flows.h"

#include <errno.h>
#include <stdlib.h>

static void silent_flow_lives_on(void **state)
{
	static const struct {
		uint8_t transport;
		bool answered;
		enum flow_life life;
	} cases[] = {{6, false, FLOW_LIFE_UNANSWERED}, {6, true, FLOW_LIFE_STREAM},
		{17, false, FLOW_LIFE_UNANSWERED}, {17, true, FLOW_LIFE_DATAGRAM}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct flow_table *table = make_table(8);
		struct packet packet = tcp_packet(SYN, 0), answer;
		int64_t limit_s = flow_life_timeout_us(cases[i].life) / SECOND;

		packet.transport = cases[i].transport;
		answer = answer_to(packet);
		answer.tcp_flags = SYN | ACK;
		take(table, packet, 0);
		if (cases[i].answered)
			take(table, answer, 0);
		flow_table_expire(table, NOON_US + limit_s * SECOND);
		assert_int_equal(told.count, 0);
		flow_table_expire(table, NOON_US + limit_s * SECOND + 1);
		assert_int_equal(told.count, 1);
		assert_int_equal(told.reasons[0], FLOW_END_IDLE);
		assert_int_equal(active_in(table), 0);
		flow_table_free(table);
	}
}

static void idle_flow_goes_on_when_its_port_comes_back(void **state)
{
	struct flow_table *table = make_table(8);

	(void)state;
	assert_true(is_new(table, udp_packet(10), 0));
	assert_false(is_new(table, udp_packet(10), 60));
	assert_true(is_new(table, udp_packet(10), 121));
	assert_int_equal(told.count, 1);
	assert_int_equal(told.flows[0].packets[0], 2);
	flow_table_free(table);
}

static void new_connection_on_an_old_port_is_added_to_the_old_one(void **state)
{
	struct flow_table *table = make_table(8);

	(void)state;
	take(table, tcp_packet(SYN, 0), 0);
	take(table, answer_to(tcp_packet(SYN | ACK, 0)), 0);
	take(table, tcp_packet(FIN | ACK, 0), 1);
	assert_false(is_new(table, tcp_packet(SYN, 0), 1)); /* half closed: not over */
	take(table, answer_to(tcp_packet(FIN | ACK, 0)), 1);
	assert_false(is_new(table, tcp_packet(ACK, 0), 2)); /* the last ACK opens nothing */
	assert_true(is_new(table, tcp_packet(SYN, 0), 3));
	assert_int_equal(told.count, 1);
	assert_int_equal(told.reasons[0], FLOW_END_REUSED);
	flow_table_free(table);
}

static void flood_pushes_established_flows_out(void **state)
{
	struct flow_table *table = make_table(16);
	struct flow_table_stats stats;

	(void)state;
	for (uint16_t i = 0; i < 8; i++) {
		take(table, from_port(tcp_packet(SYN, 0), 40000 + i), 0);
		take(table, answer_to(from_port(tcp_packet(SYN | ACK, 0), 40000 + i)), 0);
	}
	for (uint16_t i = 0; i < 1000; i++)
		take(table, from_port(tcp_packet(SYN, 0), 50000 + i), 1);
	flow_table_stats(table, &stats);
	assert_int_equal(stats.evicted[FLOW_LIFE_UNANSWERED], 992);
	assert_int_equal(stats.ended[FLOW_END_EVICTED], 992);
	assert_int_equal(stats.evicted[FLOW_LIFE_STREAM], 0);
	assert_int_equal(stats.active, 16);
	assert_int_equal(stats.active_max, 16);
	assert_int_equal(stats.created, 1008);
	for (uint16_t i = 0; i < 8; i++)
		assert_false(is_new(table, from_port(tcp_packet(ACK, 1), 40000 + i), 2));
	flow_table_free(table);
}

static void newest_flow_gives_way_first(void **state)
{
	struct flow_table *table = make_table(4);

	(void)state;
	for (uint16_t i = 0; i < 4; i++)
		take(table, from_port(udp_packet(1), 1000 + i), i);
	take(table, from_port(udp_packet(1), 1000), 10);
	take(table, from_port(udp_packet(1), 1005), 11);
	assert_int_equal(told.count, 1);
	assert_int_equal(flow_client(&told.flows[0]).port, 1001);
	flow_table_free(table);
}

static void flows_are_lost_where_hashes_collide(void **state)
{
	enum { FLOWS = 3000 };
	struct flow_table *table = make_table(FLOWS);

	(void)state;
	/* A table of one bucket for each flow has hundreds of chains of three and more. */
	for (int round = 0; round < 2; round++)
		for (uint16_t i = 0; i < FLOWS; i++)
			assert_int_equal(
				is_new(table, from_port(udp_packet(1), 1024 + i), 0), round == 0);
	flow_table_end_all(table);
	assert_int_equal(told.count, FLOWS);
	for (size_t i = 0; i < FLOWS; i++)
		assert_int_equal(told.flows[i].packets[0], 2);
	assert_int_equal(active_in(table), 0);
	flow_table_free(table);
}

static void table_of_one_flow_breaks(void **state)
{
	struct flow_table *table = make_table(1);

	(void)state;
	for (uint16_t i = 0; i < 10; i++)
		assert_true(is_new(table, from_port(udp_packet(1), 1024 + i), i));
	assert_int_equal(told.count, 9);
	flow_table_free(table);
	assert_int_equal(flow_table_new(0, 1, hear_ended, &told, &table), -EINVAL);
	assert_int_equal(flow_table_new(UINT32_MAX, 1, hear_ended, &told, &table), -EINVAL);
	flow_table_free(NULL);
}

static void last_flows_end_in_any_order(void **state)
{
	struct flow_table *table = make_table(16);

	(void)state;
	take(table, from_port(udp_packet(1), 2001), 0);
	take(table, from_port(udp_packet(1), 2002), 2);
	take(table, from_port(udp_packet(1), 2003), 4);
	take(table, answer_to(from_port(udp_packet(1), 2002)), 6);
	take(table, from_port(udp_packet(1), 2001), 8);
	flow_table_end_all(table);
	assert_int_equal(told.count, 3);
	assert_int_equal(flow_client(&told.flows[0]).port, 2003);
	assert_int_equal(flow_client(&told.flows[1]).port, 2001);
	assert_int_equal(flow_client(&told.flows[2]).port, 2002);
	assert_int_equal(told.reasons[2], FLOW_END_CAPTURE);
	flow_table_free(table);
}

static void expiry_stalls_on_a_full_table(void **state)
{
	struct flow_table *table = make_table(100);

	(void)state;
	for (uint16_t i = 0; i < 100; i++)
		take(table, from_port(udp_packet(1), 1024 + i), 0);
	flow_table_expire(table, NOON_US + 3600 * SECOND);
	assert_int_equal(told.count, 100);
	assert_true(is_new(table, udp_packet(1), 3601));
	flow_table_free(table);
}

static void save_flow(void *heap, const struct flow *flow)
{
	uint8_t buffer[32];
	struct pack_writer writer = {buffer, sizeof(buffer), 0, pack_heap_take, heap, 0};

	flow_save(flow, &writer);
	assert_int_equal(pack_flush(&writer), 0);
}

static void resumed_flow_counts_anew_or_ends_at_another_time(void **state)
{
	struct flow_table *first = make_table(8), *next = make_table(8);
	struct pack_heap heap = {0};
	struct flow_table_stats stats;

	(void)state;
	take(first, tcp_packet(SYN, 0), 0);
	struct flow *flow = take(first, answer_to(tcp_packet(SYN | ACK, 0)), 1);
	flow->tunnels = flow->counted = 6;
	flow->is_metered = true;
	flow_table_each(first, save_flow, &heap);

	struct pack_reader reader = {.next = heap.bytes, .left = heap.used};
	struct flow saved;
	flow_load(&reader, &saved);
	assert_int_equal(reader.error, 0);
	assert_int_equal(reader.left, 0);
	assert_true(flow_table_resume(next, &saved));
	assert_false(flow_table_resume(next, &saved));

	assert_false(is_new(next, tcp_packet(ACK, 100), 2));
	flow_table_stats(next, &stats);
	assert_int_equal(stats.created, 0);
	assert_int_equal(stats.active, 1);
	flow_table_expire(next, NOON_US + 602 * SECOND);
	assert_int_equal(told.count, 0);
	flow_table_expire(next, NOON_US + 603 * SECOND);
	assert_int_equal(told.count, 1);
	assert_int_equal(told.flows[0].packets[0], 2);
	assert_int_equal(told.flows[0].packets[1], 1);
	assert_int_equal(told.flows[0].counted, 6);
	assert_true(told.flows[0].answered && told.flows[0].is_metered && told.flows[0].is_resumed);
	flow_table_free(first);
	flow_table_free(next);
	pack_heap_done(&heap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(silent_flow_lives_on),
		cmocka_unit_test(idle_flow_goes_on_when_its_port_comes_back),
		cmocka_unit_test(new_connection_on_an_old_port_is_added_to_the_old_one),
		cmocka_unit_test(flood_pushes_established_flows_out),
		cmocka_unit_test(newest_flow_gives_way_first),
		cmocka_unit_test(flows_are_lost_where_hashes_collide),
		cmocka_unit_test(table_of_one_flow_breaks),
		cmocka_unit_test(last_flows_end_in_any_order),
		cmocka_unit_test(expiry_stalls_on_a_full_table),
		cmocka_unit_test(resumed_flow_counts_anew_or_ends_at_another_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

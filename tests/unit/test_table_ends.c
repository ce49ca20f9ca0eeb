/* SPDX-License-Identifier: Apache-2.0 */
/* Which end of a flow is its client, and what counts as an answer of the other. */
#include "tests/unit/table_of_flows.h"

static void syn_comes_from_the_server(void **state)
{
	struct flow_table *table = make_table(8);
	struct packet packet = tcp_packet(SYN, 0);

	(void)state;
	packet.source_port = 80; /* a port that says server does not outweigh the SYN */
	struct flow *flow = take(table, packet, 0);
	assert_int_equal(flow_client(flow).port, 80);
	assert_int_equal(flow_server(flow).port, 443);
	assert_true(flow->complete);
	flow_table_free(table);
}

static void syn_ack_first_makes_the_server_the_client(void **state)
{
	struct flow_table *table = make_table(8);
	struct flow *flow = take(table, answer_to(tcp_packet(SYN | ACK, 0)), 0);

	(void)state;
	assert_int_equal(flow_client(flow).port, 50000);
	assert_int_equal(flow->packets[0], 0);
	assert_int_equal(flow->packets[1], 1);
	assert_false(flow->answered);
	take(table, tcp_packet(ACK, 0), 0);
	assert_false(flow->answered);
	take(table, tcp_packet(ACK | PSH, 10), 0);
	assert_true(flow->answered);
	flow_table_free(table);
}

static void flow_joined_in_the_middle_runs_backwards(void **state)
{
	struct flow_table *table = make_table(8);
	struct flow *flow = take(table, answer_to(tcp_packet(ACK, 100)), 0);

	(void)state;
	assert_int_equal(flow_client(flow).port, 50000);
	assert_false(flow->complete);
	assert_int_equal(
		flow_client(take(table, from_port(answer_to(tcp_packet(ACK, 10)), 9001), 0)).port,
		50000);
	struct packet packet = from_port(udp_packet(10), 8080);
	packet.destination_port = 9090;
	assert_int_equal(flow_client(take(table, packet, 0)).port, 8080);
	flow_table_free(table);
}

static void both_directions_are_counted_as_one(void **state)
{
	struct flow_table *table = make_table(8);

	(void)state;
	take(table, tcp_packet(SYN, 0), 0);
	take(table, answer_to(tcp_packet(SYN | ACK, 0)), 0);
	take(table, tcp_packet(ACK | PSH, 100), 1);
	take(table, answer_to(tcp_packet(ACK, 1000)), 2);
	struct flow *flow = take(table, answer_to(tcp_packet(ACK, 1)), 3);
	assert_int_equal(flow->packets[0], 2);
	assert_int_equal(flow->packets[1], 3);
	assert_int_equal(flow->bytes[0], 54 + 154);
	assert_int_equal(flow->bytes[1], 54 + 1054 + 55);
	assert_int_equal(flow->start_us, NOON_US);
	assert_int_equal(flow->last_us, NOON_US + 3 * SECOND);
	assert_int_equal(active_in(table), 1);
	flow_table_free(table);
}

static void refusal_counts_as_an_answer(void **state)
{
	struct flow_table *table = make_table(8);

	(void)state;
	take(table, tcp_packet(SYN, 0), 0);
	struct flow *flow = take(table, answer_to(tcp_packet(RST | ACK, 0)), 0);
	assert_false(flow->answered);
	flow = take(table, answer_to(tcp_packet(FIN | ACK, 0)), 0);
	assert_false(flow->answered);
	flow = take(table, answer_to(tcp_packet(SYN | ACK, 0)), 0);
	assert_true(flow->answered);
	flow_table_free(table);
}

static void echo_reply_becomes_a_flow_of_its_own(void **state)
{
	struct flow_table *table = make_table(8);
	struct packet request = udp_packet(56), reply;

	(void)state;
	request.transport = 1;
	request.source_port = 8;
	request.destination_port = 0;
	reply = answer_to(request);
	reply.source_port = 0;
	struct flow *flow = take(table, request, 0);
	assert_ptr_equal(take(table, reply, 1), flow);
	assert_int_equal(flow->packets[1], 1);
	assert_int_equal(flow->icmp_type_code, 8 << 8);
	assert_int_equal(flow_client(flow).port, 0);
	assert_true(flow->answered);
	flow_table_free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(syn_comes_from_the_server),
		cmocka_unit_test(syn_ack_first_makes_the_server_the_client),
		cmocka_unit_test(flow_joined_in_the_middle_runs_backwards),
		cmocka_unit_test(both_directions_are_counted_as_one),
		cmocka_unit_test(refusal_counts_as_an_answer),
		cmocka_unit_test(echo_reply_becomes_a_flow_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/worker.h"

#include "pipeline/clock.h"
#include "tests/unit/flow_packets.h"
#include "tests/unit/plugin_doubles.h"
#include "tests/unit/watched_ranges.h"

static struct ranges *ranges;
static struct worker *worker;
static struct meter *meter;

/* A worker that watches 10.0.0.0/8, with the double as its plugin, which reports VPN at the first
 * payload. */
static void begin(bool is_asymmetric)
{
	struct plugins *plugins = double_plugins();
	struct worker_settings settings = {
		.plugins = plugins,
		.max_flows = 64,
		.is_asymmetric = is_asymmetric,
		.seed = 1,
		.host_seed = 1,
	};
	struct meter_settings metering = {
		.range_count = 1,
		.technique_count = plugins->techniques.count,
		.max_blocks = 8,
		.host_seed = 1,
	};

	ranges = make_ranges((const char *const[]){"10.0.0.0/8=ten", NULL});
	settings.ranges = ranges;
	assert_int_equal(worker_new(&settings, &worker), 0);
	assert_int_equal(meter_new(&metering, &meter), 0);
	worker_set_meter(worker, meter);
	script.on_packet[0] = tunnel(VPN, SURGETAP_GRADE_DPI);
	script.packet_reports = 1;
}

static int end(void **state)
{
	(void)state;
	worker_free(worker);
	meter_free(meter);
	ranges_free(ranges);
	worker = NULL, meter = NULL, ranges = NULL;
	return 0;
}

/* A UDP packet of 20 bytes of IP, 8 of UDP and 100 of payload, whose bytes nDPI does not know and
 * no two packets share. */
static struct packet datagram(void)
{
	static uint8_t bytes[128] = {0x45, 0, 0, 128, [9] = 17};
	struct packet packet = udp_packet(100);

	packet.ip = bytes;
	packet.ip_bytes = packet.ip_captured_bytes = sizeof(bytes);
	packet.payload = bytes + 28;
	bytes[28 + 20]++;
	packet.payload_captured_bytes = 100;
	return packet;
}

/* 172.16.0.0/12 stands for the control group. */
static uint32_t place_of(const struct surgetap_address *address)
{
	bool is_control = address->bytes[12] == 172 && address->bytes[13] >> 4 == 1;

	return is_control ? RANGE_CONTROL : ranges_find(ranges, address);
}

static void take_at(struct packet packet, int64_t second, bool is_timely)
{
	packet.time_us = NOON_US + second * SECOND;
	struct worker_packet taken = {
		.packet = packet,
		.now_us = packet.time_us,
		.source = place_of(&packet.source),
		.destination = place_of(&packet.destination),
		.flow_hash = flow_hash_of(&packet, 1),
		.is_timely = is_timely,
	};
	worker_take(worker, &taken);
}

static void take(struct packet packet, int64_t second)
{
	take_at(packet, second, true);
}

static const struct meter_cell *cell_of(int technique)
{
	static const struct meter_cell nothing;
	const struct meter_range *counts = meter_look(meter, 0);

	if (!counts)
		return &nothing;
	return technique < 0 ? &counts->all : &counts->cells[technique + 1];
}

#define ALL (-1)

static void unanswered_flow_is_use(void **state)
{
	(void)state;
	begin(false);
	for (int i = 0; i < 5; i++)
		take(datagram(), i);
	worker_finish(worker, NOON_US + 10 * SECOND);
	assert_int_equal(cell_of(ALL)->flows, 0);
	assert_int_equal(cell_of(VPN)->flows, 0);
	assert_int_equal(cell_of(VPN)->bytes, 0);
}

static void unanswered_flow_is_no_use_where_answers_are_not_seen(void **state)
{
	(void)state;
	begin(true);
	take(datagram(), 0);
	assert_int_equal(cell_of(ALL)->flows, 1);
	assert_int_equal(cell_of(VPN)->flows, 1);
	assert_int_equal(cell_of(VPN)->bytes, datagram().wire_bytes);
}

static void bytes_before_recognition_are_lost_or_counted_twice(void **state)
{
	(void)state;
	begin(false);
	script.report_at = 3;
	for (int i = 0; i < 8; i++)
		take(i % 2 ? answer_to(datagram()) : datagram(), i);
	assert_int_equal(cell_of(VPN)->flows, 1);
	assert_int_equal(cell_of(VPN)->bytes, 8 * datagram().wire_bytes);
	assert_int_equal(cell_of(ALL)->bytes, 8 * datagram().wire_bytes);
	assert_int_equal(cell_of(ALL)->flows, 1);
	worker_finish(worker, NOON_US + 10 * SECOND);
	assert_int_equal(cell_of(VPN)->flows, 1);
	assert_int_equal(cell_of(ALL)->bytes, 8 * datagram().wire_bytes);
}

static void host_of_a_long_flow_is_absent_from_later_minutes(void **state)
{
	(void)state;
	begin(false);
	take(datagram(), 0);
	take(answer_to(datagram()), 0);
	for (int minute = 1; minute < 10; minute++) {
		meter_clear(meter);
		take(datagram(), minute * 60);
		assert_true(hosts_count(&cell_of(VPN)->hosts) == 1);
		assert_true(hosts_count(&cell_of(ALL)->hosts) == 1);
		assert_int_equal(cell_of(VPN)->flows, 0);
		assert_int_equal(cell_of(VPN)->bytes, datagram().wire_bytes);
	}
}

static void inbound_use_is_added_to_outbound(void **state)
{
	struct packet packet = datagram();

	(void)state;
	begin(false);
	packet.source = address_at("192.0.2.9");
	packet.destination = address_at("10.0.0.1");
	take(packet, 0);
	take(answer_to(packet), 0);
	assert_int_equal(cell_of(VPN)->inbound, 1);
	assert_int_equal(cell_of(VPN)->flows, 0);
	assert_int_equal(cell_of(ALL)->inbound, 1);
	assert_int_equal(cell_of(ALL)->bytes, 0);
	assert_true(hosts_count(&cell_of(ALL)->hosts) == 0);
}

static void contact_and_guess_count_as_use(void **state)
{
	(void)state;
	begin(false);
	script.on_packet[0] = contact(VPN, SURGETAP_GRADE_DPI);
	script.on_packet[1] = tunnel(TLS, SURGETAP_GRADE_GUESS);
	script.packet_reports = 2;
	take(datagram(), 0);
	take(answer_to(datagram()), 1);
	worker_finish(worker, NOON_US + 10 * SECOND);
	assert_int_equal(cell_of(VPN)->flows, 0);
	assert_int_equal(cell_of(VPN)->bytes, 0);
	assert_int_equal(cell_of(TLS)->flows, 0);
	assert_int_equal(cell_of(TLS)->suspected, 1);
	assert_int_equal(cell_of(ALL)->flows, 1);
}

static void flow_from_another_time_is_counted_when_it_ends(void **state)
{
	struct worker_stats stats;

	(void)state;
	begin(false);
	take_at(datagram(), 0, false);
	take_at(answer_to(datagram()), 1, false);
	worker_finish(worker, NOON_US + 10 * SECOND);
	assert_int_equal(cell_of(ALL)->flows, 0);
	assert_int_equal(cell_of(VPN)->flows, 0);
	worker_stats(worker, &stats);
	assert_int_equal(stats.unmetered, 2);
	assert_int_equal(stats.flows.created, 1);
	assert_int_equal(stats.flows_by_technique[VPN + 1], 0);
}

/* The bytes of packets whose time was not believed are in no bucket, whatever the flow turns out to
 * be later. */
static void technique_has_bytes_that_its_range_has_not(void **state)
{
	const uint64_t bytes = datagram().wire_bytes;

	(void)state;
	begin(false);
	script.report_at = 4;
	take(datagram(), 0);
	take(answer_to(datagram()), 1);
	take_at(datagram(), 2, false);
	assert_int_equal(cell_of(ALL)->bytes, 2 * bytes);
	take(datagram(), 3);
	take(answer_to(datagram()), 4);
	assert_int_equal(cell_of(VPN)->flows, 1);
	assert_int_equal(cell_of(VPN)->bytes, 4 * bytes);
	assert_int_equal(cell_of(ALL)->bytes, 4 * bytes);
}

static void packet_from_another_time_is_counted_with_the_first_answer(void **state)
{
	const uint64_t bytes = datagram().wire_bytes;

	(void)state;
	begin(false);
	take_at(datagram(), 0, false);
	take(datagram(), 1);
	take(answer_to(datagram()), 2);
	assert_int_equal(cell_of(ALL)->bytes, 2 * bytes);
	assert_int_equal(cell_of(VPN)->bytes, 2 * bytes);
	take_at(datagram(), 3, false);
	worker_finish(worker, NOON_US + 10 * SECOND);
	assert_int_equal(cell_of(ALL)->bytes, 2 * bytes);
}

static void idle_flow_outlives_the_tick(void **state)
{
	struct worker_stats stats;

	(void)state;
	begin(false);
	take(datagram(), 0);
	worker_tick(worker, NOON_US + 60 * SECOND);
	worker_stats(worker, &stats);
	assert_int_equal(stats.flows.active, 1);
	worker_tick(worker, NOON_US + 61 * SECOND + 1);
	worker_stats(worker, &stats);
	assert_int_equal(stats.flows.active, 0);
	assert_int_equal(stats.inspections.active, 0);
}

/* What the control group does is counted beside the ranges, and for what it uses alone. */
static void control_group_is_counted_as_watched_or_for_what_it_serves(void **state)
{
	struct packet user = datagram(), served = datagram();
	struct worker_stats stats;
	const struct meter_range *counts;

	(void)state;
	begin(false);
	user.source = address_at("172.16.0.1");
	served.source = address_at("192.0.2.7");
	served.destination = address_at("172.16.0.2");
	for (int i = 0; i < 4; i++) {
		take(i % 2 ? answer_to(user) : user, i);
		take(i % 2 ? answer_to(served) : served, i);
	}
	assert_int_equal(cell_of(ALL)->flows, 0);
	counts = meter_look(meter, RANGE_CONTROL);
	assert_non_null(counts);
	assert_int_equal(counts->all.flows, 1);
	assert_int_equal(counts->all.inbound, 0);
	assert_int_equal(counts->cells[VPN + 1].flows, 1);
	assert_true(hosts_count(&counts->all.hosts) == 1);
	worker_finish(worker, NOON_US + 10 * SECOND);
	assert_null(counts->cells[VPN + 1].witness);
	worker_stats(worker, &stats);
	assert_int_equal(stats.control_flows, 2);
	assert_int_equal(stats.flows.created, 2);
	assert_int_equal(stats.flows_by_technique[VPN + 1], 0);
	assert_int_equal(counts->all.flows, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(
			control_group_is_counted_as_watched_or_for_what_it_serves, end),
		cmocka_unit_test_teardown(unanswered_flow_is_use, end),
		cmocka_unit_test_teardown(
			unanswered_flow_is_no_use_where_answers_are_not_seen, end),
		cmocka_unit_test_teardown(bytes_before_recognition_are_lost_or_counted_twice, end),
		cmocka_unit_test_teardown(host_of_a_long_flow_is_absent_from_later_minutes, end),
		cmocka_unit_test_teardown(inbound_use_is_added_to_outbound, end),
		cmocka_unit_test_teardown(contact_and_guess_count_as_use, end),
		cmocka_unit_test_teardown(flow_from_another_time_is_counted_when_it_ends, end),
		cmocka_unit_test_teardown(technique_has_bytes_that_its_range_has_not, end),
		cmocka_unit_test_teardown(
			packet_from_another_time_is_counted_with_the_first_answer, end),
		cmocka_unit_test_teardown(idle_flow_outlives_the_tick, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/gate.h"

#include "tests/unit/frame_bytes.h"
#include "tests/unit/watched_ranges.h"

#include <pcap/dlt.h>

static struct ranges *ranges;
static struct gate *gate;
static struct sample sample;
static struct packet packet;
static uint32_t source, destination;

static void begin(double share)
{
	ranges = make_ranges((const char *const[]){"10.0.0.0/8=ten", NULL});
	sample = sample_make(share);
	assert_int_equal(gate_new(ranges, &sample, 1, &gate), 0);
}

static int end(void **state)
{
	(void)state;
	gate_free(gate);
	ranges_free(ranges);
	return 0;
}

/* The first address behind `from` that is in the sample, or that is not. */
static uint32_t find_host(uint32_t from, bool is_held)
{
	for (;; from++) {
		const uint8_t octets[4] = {from >> 24, from >> 16, from >> 8, from};
		struct surgetap_address address = address_from_ipv4(octets);

		if (sample_holds(&sample, &address) == is_held)
			return from;
	}
}

/* A UDP packet between two hosts. */
static bool pass(uint32_t from, unsigned from_port, uint32_t to, unsigned to_port)
{
	struct bytes bytes = {0};
	struct frame frame = {.link_type = DLT_EN10MB, .time_us = 1};

	put_ethernet(&bytes, 0x0800);
	put_ipv4(&bytes, 17, 12);
	for (int i = 0; i < 4; i++) {
		bytes.data[14 + 12 + i] = (uint8_t)(from >> (24 - 8 * i));
		bytes.data[14 + 16 + i] = (uint8_t)(to >> (24 - 8 * i));
	}
	put16(&bytes, from_port), put16(&bytes, to_port), put32(&bytes, 0x000c0000);
	put_zeros(&bytes, 4);
	frame.data = bytes.data;
	frame.captured_bytes = frame.wire_bytes = (uint32_t)bytes.size;
	return gate_pass(gate, &frame, &packet, &source, &destination);
}

static void far_end_of_a_watched_host_is_in_the_control_group(void **state)
{
	struct gate_stats stats;

	(void)state;
	begin(1);
	assert_true(pass(0x0a000001, 50000, 0xc0000209, 443));
	assert_int_equal(source, 0);
	assert_int_equal(destination, RANGE_NONE);
	gate_stats(gate, &stats);
	assert_int_equal(stats.unwatched, 0);
	assert_int_equal(stats.control, 0);
}

static void client_of_the_group_is_not_let_through_or_its_server_is(void **state)
{
	uint32_t client, server, other;
	struct gate_stats stats;

	(void)state;
	begin(0.25);
	client = find_host(0x64400000, true);
	server = find_host(0xc0000200, true);
	other = find_host(0x64400000, false);
	assert_true(pass(client, 50000, 0xc0000209, 443));
	assert_int_equal(source, RANGE_CONTROL);
	assert_true(pass(0xc0000209, 443, client, 50000));
	assert_int_equal(destination, RANGE_CONTROL);
	assert_int_equal(source, RANGE_NONE);
	/* Who talks from a well-known port serves. */
	assert_false(pass(other, 50000, server, 443));
	assert_false(pass(server, 443, other, 50000));
	/* Both ports are well known, or none is: either may be the client. */
	assert_true(pass(other, 500, server, 500));
	assert_true(pass(other, 40000, server, 51820));
	gate_stats(gate, &stats);
	assert_int_equal(stats.control, 4);
	assert_int_equal(stats.unwatched, 6);
}

static void group_of_nobody_lets_somebody_through(void **state)
{
	(void)state;
	begin(0);
	for (uint32_t host = 0; host < 5000; host++)
		assert_false(pass(0x64400000 + host, 50000, 0xc0000209, 443));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(far_end_of_a_watched_host_is_in_the_control_group, end),
		cmocka_unit_test_teardown(
			client_of_the_group_is_not_let_through_or_its_server_is, end),
		cmocka_unit_test_teardown(group_of_nobody_lets_somebody_through, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/flow.h"

#include "tests/unit/flow_packets.h"

static struct flow sample(bool client_is_high)
{
	return (struct flow){
		.key = {.low = address_at("10.0.0.1"),
			.high = address_at("192.0.2.9"),
			.low_port = 50000,
			.high_port = 443,
			.transport = 6,
			.ip_version = 4},
		.start_us = NOON_US,
		.client_is_high = client_is_high,
	};
}

static void ends_are_swapped(void **state)
{
	struct flow flow = sample(false), back = sample(true);
	struct surgetap_address address;

	(void)state;
	assert_int_equal(flow_client(&flow).port, 50000);
	assert_int_equal(flow_server(&flow).port, 443);
	assert_int_equal(flow_client(&back).port, 443);
	address = flow_watched_host(&flow);
	assert_memory_equal(&address, &flow.key.low, sizeof(address));
	address = flow_far_host(&flow);
	assert_memory_equal(&address, &flow.key.high, sizeof(address));
	flow.is_inbound = true;
	address = flow_watched_host(&flow);
	assert_memory_equal(&address, &flow.key.high, sizeof(address));
}

static void number_of_a_flow_depends_on_its_direction(void **state)
{
	struct flow flow = sample(false), back = sample(true);

	(void)state;
	assert_int_equal(flow_id(&flow), flow_id(&back));
	/* Fixed: what an analyst noted yesterday has to be found tomorrow. */
	assert_int_equal(flow_id(&flow), UINT64_C(0x1eac620669aaaf));
}

static void number_of_a_flow_is_shared_or_inexact(void **state)
{
	struct flow flow = sample(false), later = flow, other = flow;

	(void)state;
	later.start_us++;
	other.key.low_port++;
	assert_int_not_equal(flow_id(&flow), flow_id(&later));
	assert_int_not_equal(flow_id(&flow), flow_id(&other));
	for (int i = 0; i < 1000; i++) {
		flow.start_us += 977;
		assert_in_range(flow_id(&flow), 0, (UINT64_C(1) << 53) - 1);
	}
}

static void unknown_transport_has_no_name(void **state)
{
	char text[FLOW_TRANSPORT_SIZE];

	(void)state;
	assert_string_equal(flow_transport_name(6, text), "TCP");
	assert_string_equal(flow_transport_name(58, text), "IPv6-ICMP");
	assert_string_equal(flow_transport_name(253, text), "253");
	assert_string_equal(flow_transport_name(0, text), "000");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_are_swapped),
		cmocka_unit_test(number_of_a_flow_depends_on_its_direction),
		cmocka_unit_test(number_of_a_flow_is_shared_or_inexact),
		cmocka_unit_test(unknown_transport_has_no_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

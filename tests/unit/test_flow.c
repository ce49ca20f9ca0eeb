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

static void saved_flow_forgets_what_counts_in_no_bucket(void **state)
{
	struct flow flow = sample(false), back;
	struct pack_heap heap = {0};
	uint8_t buffer[32];
	struct pack_writer writer = {buffer, sizeof(buffer), 0, pack_heap_take, &heap, 0};

	(void)state;
	flow.range = 7;
	flow.bytes[0] = 1000, flow.bytes[1] = 500;
	flow.excluded_bytes = 300;
	flow_save(&flow, &writer);
	assert_int_equal(pack_flush(&writer), 0);
	struct pack_reader reader = {.next = heap.bytes, .left = heap.used};
	flow_load(&reader, &back);
	assert_int_equal(reader.error, 0);
	assert_int_equal(flow_metered_bytes(&back), 1200);
	assert_int_equal(back.range, 7);
	pack_heap_done(&heap);
}

static void saved_flow_excludes_more_than_it_has_sent(void **state)
{
	struct flow flow = sample(false), back;
	struct pack_heap heap = {0};
	uint8_t buffer[32];
	struct pack_writer writer = {buffer, sizeof(buffer), 0, pack_heap_take, &heap, 0};

	(void)state;
	flow.bytes[0] = 1000;
	flow.excluded_bytes = 1001;
	flow_save(&flow, &writer);
	assert_int_equal(pack_flush(&writer), 0);
	struct pack_reader reader = {.next = heap.bytes, .left = heap.used};
	flow_load(&reader, &back);
	assert_int_not_equal(reader.error, 0);
	pack_heap_done(&heap);
}

/* What one range has of a flow, another one must not have again. */
static void moved_flow_takes_along_what_it_was_counted_as(void **state)
{
	struct flow flow = sample(false);

	(void)state;
	flow.range = 3;
	flow.bytes[0] = 1000;
	flow.counted = flow.tunnels = 6;
	flow.is_metered = flow.is_timely = true;
	flow_move(&flow, 3, false);
	assert_int_equal(flow_metered_bytes(&flow), 1000);
	assert_true(flow.is_metered && flow.is_timely);
	flow_move(&flow, 3, true);
	assert_int_equal(flow_metered_bytes(&flow), 0);
	assert_int_equal(flow.counted, 0);
	assert_false(flow.is_metered || flow.is_timely);
	flow.bytes[1] += 200;
	assert_int_equal(flow_metered_bytes(&flow), 200);
	flow_move(&flow, 4, true);
	assert_int_equal(flow_metered_bytes(&flow), 0);
	assert_int_equal(flow.range, 4);
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
		cmocka_unit_test(saved_flow_forgets_what_counts_in_no_bucket),
		cmocka_unit_test(saved_flow_excludes_more_than_it_has_sent),
		cmocka_unit_test(moved_flow_takes_along_what_it_was_counted_as),
		cmocka_unit_test(unknown_transport_has_no_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The program runs in libpcap's interpreter here, over frames with an Ethernet header. */
#include "capture/filter.h"

#include "capture/interval.h"
#include "packet/layer.h"
#include "tests/unit/frame_bytes.h"
#include "watch/sample.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdlib.h>

#define SNAPLEN 65535

static const struct filter_layout ethernet = {12, 14};
static struct filter_program program, user;

static struct filter_prefix ipv4_prefix(uint32_t network, unsigned bits)
{
	struct filter_prefix prefix = {.bits = (uint8_t)(96 + bits)};

	prefix.network[10] = prefix.network[11] = 0xff;
	for (int i = 0; i < 4; i++)
		prefix.network[12 + i] = (uint8_t)(network >> (24 - 8 * i));
	return prefix;
}

static void make(const struct filter_prefix *prefixes, size_t count)
{
	assert_int_equal(filter_make(prefixes, count, NULL, &ethernet, SNAPLEN, NULL, &program), 0);
	assert_true(bpf_validate((struct bpf_insn *)program.code, program.count));
}

static bool passes(const struct bytes *frame)
{
	return bpf_filter((struct bpf_insn *)program.code, frame->data, frame->size, frame->size) !=
	       0;
}

static bool passes_between(uint32_t source, uint32_t destination)
{
	struct bytes frame = {0};

	put_ethernet(&frame, 0x0800);
	put_ipv4(&frame, 6, 20);
	for (int i = 0; i < 4; i++) {
		frame.data[14 + 12 + i] = (uint8_t)(source >> (24 - 8 * i));
		frame.data[14 + 16 + i] = (uint8_t)(destination >> (24 - 8 * i));
	}
	put_zeros(&frame, 20);
	return passes(&frame);
}

static void address_beside_a_prefix_passes(void **state)
{
	const struct filter_prefix prefix = ipv4_prefix(0xaf2db000, 22);

	(void)state;
	make(&prefix, 1);
	assert_true(passes_between(0xaf2db000, 0x01020304));
	assert_true(passes_between(0x01020304, 0xaf2db3ff));
	assert_false(passes_between(0xaf2dafff, 0x01020304));
	assert_false(passes_between(0x01020304, 0xaf2db400));
	assert_false(program.is_widened);
}

static void prefix_at_the_end_of_the_space_is_lost(void **state)
{
	const struct filter_prefix last = ipv4_prefix(0xff000000, 8);
	const struct filter_prefix all = ipv4_prefix(0, 0);

	(void)state;
	make(&last, 1);
	assert_true(passes_between(0xffffffff, 1));
	assert_false(passes_between(0xfeffffff, 1));
	make(&all, 1);
	assert_true(passes_between(0, 1));
}

static uint32_t scatter(uint32_t number)
{
	return number * 2654435761u;
}

/* 3,000 hosts are far too many for a program; it may pass more than them, never less. */
static void watched_host_is_dropped_when_there_are_too_many(void **state)
{
	static struct filter_prefix prefixes[3000];

	(void)state;
	for (uint32_t i = 0; i < 3000; i++)
		prefixes[i] = ipv4_prefix(scatter(i), 32);
	make(prefixes, 3000);
	assert_true(program.is_widened);
	for (uint32_t i = 0; i < 3000; i++) {
		assert_true(passes_between(scatter(i), 0x7f000001));
		assert_true(passes_between(0x7f000001, scatter(i)));
	}
}

static void full_number_of_intervals_does_not_fit(void **state)
{
	static struct filter_prefix prefixes[2 * FILTER_INTERVALS_MAX];
	const uint32_t step = UINT32_MAX / FILTER_INTERVALS_MAX;

	(void)state;
	for (uint32_t i = 0; i < FILTER_INTERVALS_MAX; i++) {
		prefixes[i] = ipv4_prefix((i * step) & ~0xffu, 24);
		prefixes[FILTER_INTERVALS_MAX + i].bits = 32;
		prefixes[FILTER_INTERVALS_MAX + i].network[0] = (uint8_t)(2 * i);
	}
	make(prefixes, 2 * FILTER_INTERVALS_MAX);
	assert_false(program.is_widened);
	for (uint32_t i = 0; i < FILTER_INTERVALS_MAX; i++) {
		uint32_t network = (i * step) & ~0xffu;

		assert_true(passes_between(network + 255, 0x7f000001));
		assert_false(passes_between(network + 256, network + 257));
	}
}

static bool passes_ipv6(const struct bytes *frame, const char *watched, unsigned bits)
{
	struct filter_prefix prefix = {.bits = (uint8_t)bits};

	memcpy(prefix.network, watched, 4);
	make(&prefix, 1);
	return passes(frame);
}

static void ipv6_is_taken_for_ipv4(void **state)
{
	struct bytes frame = {0};

	(void)state;
	put_ethernet(&frame, 0x86dd);
	put_ipv6(&frame, 6, 20);
	put_zeros(&frame, 20);
	assert_true(passes_ipv6(&frame, "\xfd\0\0\0", 8));
	assert_true(passes_ipv6(&frame, "\xfd\0\0\0", 64));
	assert_true(program.is_widened);
	assert_false(passes_ipv6(&frame, "\x20\x01\x0d\xb8", 32));
}

static void encapsulation_that_is_opened_is_dropped(void **state)
{
	static const unsigned carriers[] = {4, 41, 47, 51};

	(void)state;
	make(NULL, 0);
	for (size_t i = 0; i < sizeof(carriers) / sizeof(carriers[0]); i++) {
		struct bytes frame = {0};

		put_ethernet(&frame, 0x0800);
		put_ipv4(&frame, carriers[i], 20);
		put_zeros(&frame, 20);
		assert_true(transport_find((uint8_t)carriers[i]) != layer_payload);
		assert_true(passes(&frame));
	}
	assert_false(passes_between(1, 2));
}

static void port_of_an_overlay_is_unknown_to_the_filter(void **state)
{
	(void)state;
	make(NULL, 0);
	for (unsigned port = 0; port < 65536; port++) {
		struct bytes four = {0}, six = {0};

		put_ethernet(&four, 0x0800);
		put_ipv4(&four, 17, 8);
		put_ethernet(&six, 0x86dd);
		put_ipv6(&six, 17, 8);
		put16(&four, 1), put16(&four, port), put32(&four, 0x00080000);
		put16(&six, 1), put16(&six, port), put32(&six, 0x00080000);
		assert_int_equal(passes(&four), overlay_find((uint16_t)port) != NULL);
		assert_int_equal(passes(&six), overlay_find((uint16_t)port) != NULL);
	}
}

static void what_is_not_ip_is_dropped(void **state)
{
	static const unsigned types[] = {0x8100, 0x88a8, 0x8847, 0x8864, 0x0806};

	(void)state;
	make(NULL, 0);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct bytes frame = {0};

		put_ethernet(&frame, types[i]);
		put_zeros(&frame, 46);
		assert_true(passes(&frame));
	}
}

static void expression_replaces_the_watched_prefixes(void **state)
{
	const struct filter_prefix prefix = ipv4_prefix(0x0a000000, 24);
	char reason[FILTER_REASON_SIZE] = "";
	pcap_t *pcap = pcap_open_dead(DLT_EN10MB, SNAPLEN);

	(void)state;
	assert_int_equal(filter_compile(pcap, "host 10.0.0.7", &user, reason), 0);
	pcap_close(pcap);
	assert_int_equal(filter_make(&prefix, 1, NULL, &ethernet, SNAPLEN, &user, &program), 0);
	assert_true(bpf_validate((struct bpf_insn *)program.code, program.count));
	assert_true(passes_between(0x0a000007, 0x01020304));
	assert_false(passes_between(0x0a000008, 0x01020304));
	assert_false(passes_between(0x0a000108, 0x01020304));
}

static void programs_that_are_too_long_together_are_cut(void **state)
{
	(void)state;
	user.count = FILTER_INSTRUCTIONS_MAX;
	assert_int_equal(filter_make(NULL, 0, NULL, &ethernet, SNAPLEN, &user, &program), -E2BIG);
}

static void expression_with_a_fault_is_taken(void **state)
{
	char reason[FILTER_REASON_SIZE] = "";

	(void)state;
	assert_int_equal(filter_check("tcp port (", reason), -EINVAL);
	assert_non_null(strstr(reason, "syntax error"));
	assert_int_equal(filter_check("tcp port 80", reason), 0);
	assert_int_equal(filter_check("wlan type data", reason), 0);
}

static void joining_prefers_a_wide_gap(void **state)
{
	struct interval intervals[] = {
		{100, 199}, {0, 9}, {8, 20}, {1000, 1000}, {210, 220}, {21, 30}};
	size_t count = interval_join(intervals, 6);

	(void)state;
	assert_int_equal(count, 4);
	assert_int_equal(intervals[0].last, 30);
	assert_int_equal(interval_reduce(intervals, count, 3, &count), 0);
	assert_int_equal(count, 3);
	assert_int_equal(intervals[1].first, 100);
	assert_int_equal(intervals[1].last, 220);
	assert_int_equal(interval_reduce(intervals, count, 1, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(intervals[0].first, 0);
	assert_int_equal(intervals[0].last, 1000);
}

static void equal_gaps_are_joined_too_often(void **state)
{
	struct interval intervals[10];
	size_t count;

	(void)state;
	for (uint32_t i = 0; i < 10; i++)
		intervals[i] = (struct interval){i * 10, i * 10};
	assert_int_equal(interval_reduce(intervals, 10, 7, &count), 0);
	assert_int_equal(count, 7);
	assert_int_equal(intervals[6].last, 90);
}

static bool passes_between_six(const uint8_t source[16], const uint8_t destination[16])
{
	struct bytes frame = {0};

	put_ethernet(&frame, 0x86dd);
	put_ipv6(&frame, 6, 20);
	memcpy(frame.data + 14 + 8, source, 16);
	memcpy(frame.data + 14 + 24, destination, 16);
	put_zeros(&frame, 20);
	return passes(&frame);
}

/* Both ends, both families: the kernel must pass what watch/sample.c takes. */
static void kernel_has_another_control_group(void **state)
{
	const struct filter_prefix prefix = ipv4_prefix(0xaf2db000, 22);
	struct sample sample = sample_make(0.03);
	struct filter_sample control = {{sample.odd[0], sample.odd[1]}, sample.limit, SAMPLE_SHIFT};
	static const uint8_t outside[16] = {0x20, 0x01, 0x0d, 0xb8};
	uint32_t held = 0;

	(void)state;
	assert_int_equal(filter_make(&prefix, 1, &control, &ethernet, SNAPLEN, NULL, &program), 0);
	assert_true(bpf_validate((struct bpf_insn *)program.code, program.count));
	for (uint32_t far = 1;; far++) {
		const uint8_t octets[4] = {far >> 24, far >> 16, far >> 8, far};
		struct surgetap_address address = address_from_ipv4(octets);
		if (sample_holds(&sample, &address))
			continue;
		for (uint32_t i = 0; i < 20000; i++) {
			uint32_t host = scatter(i);
			const uint8_t bytes[4] = {host >> 24, host >> 16, host >> 8, host};
			bool wanted;

			address = address_from_ipv4(bytes);
			wanted = sample_holds(&sample, &address) || host >> 10 == 0xaf2db000 >> 10;
			assert_int_equal(passes_between(host, far), wanted);
			assert_int_equal(passes_between(far, host), wanted);
			held += wanted;
		}
		break;
	}
	assert_in_range(held, 450, 750);
	for (uint32_t i = 0; i < 20000; i++) {
		struct surgetap_address address = {{0x20, 0x01, 0x0d, 0xb8}};
		bool wanted;

		for (int k = 4; k < 16; k++)
			address.bytes[k] = (uint8_t)(scatter(i * 16 + (uint32_t)k) >> 24);
		wanted = sample_holds(&sample, &address);
		assert_int_equal(passes_between_six(address.bytes, outside), wanted);
		assert_int_equal(passes_between_six(outside, address.bytes), wanted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(address_beside_a_prefix_passes),
		cmocka_unit_test(prefix_at_the_end_of_the_space_is_lost),
		cmocka_unit_test(watched_host_is_dropped_when_there_are_too_many),
		cmocka_unit_test(full_number_of_intervals_does_not_fit),
		cmocka_unit_test(ipv6_is_taken_for_ipv4),
		cmocka_unit_test(encapsulation_that_is_opened_is_dropped),
		cmocka_unit_test(port_of_an_overlay_is_unknown_to_the_filter),
		cmocka_unit_test(what_is_not_ip_is_dropped),
		cmocka_unit_test(expression_replaces_the_watched_prefixes),
		cmocka_unit_test(programs_that_are_too_long_together_are_cut),
		cmocka_unit_test(expression_with_a_fault_is_taken),
		cmocka_unit_test(kernel_has_another_control_group),
		cmocka_unit_test(joining_prefers_a_wide_gap),
		cmocka_unit_test(equal_gaps_are_joined_too_often),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

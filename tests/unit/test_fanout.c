/* SPDX-License-Identifier: Apache-2.0 */
/* The program runs in libpcap's interpreter here, over frames with an Ethernet header. */
#include "capture/fanout.h"

#include "tests/unit/frame_bytes.h"

#include <errno.h>
#include <pcap/pcap.h>

#define TCP 6
#define UDP 17
#define SHARES 4

static const struct filter_layout ethernet = {12, 14};
static struct filter_program program;

static int begin(void **state)
{
	(void)state;
	fanout_make(&ethernet, &program);
	assert_true(bpf_validate((struct bpf_insn *)program.code, program.count));
	return 0;
}

static unsigned share_of(const struct bytes *frame)
{
	return bpf_filter((struct bpf_insn *)program.code, frame->data, frame->size, frame->size);
}

/* From the IPv4 header on: 10.0.0.`from` to 192.0.2.`to`, or the way back. */
static void put_between(struct bytes *frame, unsigned protocol, unsigned from, unsigned to,
	bool is_back, unsigned fragment)
{
	uint32_t ends[2] = {0x0a000000 + from, 0xc0000200 + to};

	put_ipv4_part(frame, protocol, 16, 1, fragment);
	frame->size -= 8;
	put32(frame, ends[is_back]);
	put32(frame, ends[!is_back]);
}

static void put_ports(struct bytes *frame, unsigned source, unsigned destination)
{
	put16(frame, source);
	put16(frame, destination);
	put_zeros(frame, 12);
}

static unsigned share_between(
	unsigned protocol, unsigned from, unsigned to, bool is_back, unsigned port)
{
	struct bytes frame = {0};

	put_ethernet(&frame, 0x0800);
	put_between(&frame, protocol, from, to, is_back, 0);
	put_ports(&frame, is_back ? port : 50000, is_back ? 50000 : port);
	return share_of(&frame);
}

static void directions_of_a_flow_come_to_two_readers(void **state)
{
	(void)state;
	for (unsigned host = 1; host < 250; host++) {
		unsigned share = share_between(TCP, host, host * 7 % 256, false, 443);

		assert_int_equal(share_between(TCP, host, host * 7 % 256, true, 443), share);
		/* And whatever else these two have to say to each other. */
		assert_int_equal(share_between(UDP, host, host * 7 % 256, true, 53), share);
		assert_int_equal(share_between(1, host, host * 7 % 256, false, 8), share);
	}
}

static void one_reader_gets_most_packets(void **state)
{
	unsigned counts[SHARES] = {0};

	(void)state;
	for (unsigned host = 1; host < 250; host++)
		for (unsigned peer = 0; peer < 16; peer++)
			counts[share_between(TCP, host, peer, false, 443) % SHARES]++;
	for (unsigned i = 0; i < SHARES; i++)
		assert_in_range(counts[i], 249 * 16 / SHARES * 3 / 4, 249 * 16 / SHARES * 5 / 4);
}

static void ipv6_directions_come_to_two_readers(void **state)
{
	unsigned different = 0;

	(void)state;
	for (unsigned host = 1; host < 32; host++) {
		struct bytes there = {0}, back = {0};

		put_ethernet(&there, 0x86dd);
		put_ipv6(&there, TCP, 20);
		there.data[14 + 8 + 15] = (uint8_t)host;
		put_ports(&there, 50000, 443);
		back = there;
		memcpy(back.data + 14 + 8, there.data + 14 + 24, 16);
		memcpy(back.data + 14 + 24, there.data + 14 + 8, 16);
		assert_int_equal(share_of(&back), share_of(&there));
		different += share_of(&there) % 2;
	}
	assert_in_range(different, 8, 24);
}

static void later_fragments_leave_their_flow(void **state)
{
	struct bytes first = {0}, later = {0};
	unsigned share = share_between(UDP, 5, 9, false, 4000);

	(void)state;
	put_ethernet(&first, 0x0800);
	put_between(&first, UDP, 5, 9, false, 0x2000);
	put_ports(&first, 50000, 4000);
	put_ethernet(&later, 0x0800);
	put_between(&later, UDP, 5, 9, false, 0x00b9);
	put_ports(&later, 4789, 4789); /* no ports: payload */
	assert_int_not_equal(share, 0);
	assert_int_equal(share_of(&first), share);
	assert_int_equal(share_of(&later), share);
}

static void tag_of_a_tap_moves_a_flow(void **state)
{
	static const char *const heads[] = {"\x81\x00\0\x07\x08\x00",
		"\x88\xa8\0\x07\x81\x00\0\x01\x08\x00", "\x88\x47\0\x01\0\x40\0\x01\x01\x40",
		"\x88\x47\0\x01\x01\x40", "\x88\x64\x11\0\0\x01\0\x2a\0\x21"};
	static const size_t sizes[] = {6, 10, 10, 6, 10};
	unsigned share = share_between(TCP, 5, 9, false, 443);

	(void)state;
	assert_int_not_equal(share, 0);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct bytes frame = {0};

		put_ethernet(&frame, 0);
		frame.size -= 2;
		put(&frame, heads[i], sizes[i]);
		put_between(&frame, TCP, 5, 9, true, 0);
		put_ports(&frame, 443, 50000);
		assert_int_equal(share_of(&frame), share);
	}
}

/* What is inside may be the two directions of one flow. */
static void encapsulations_come_to_several_readers(void **state)
{
	static const unsigned protocols[] = {4, 41, 47, 51}, ports[] = {4789, 8472, 6081, 2152};

	(void)state;
	for (unsigned host = 1; host < 16; host++)
		for (unsigned i = 0; i < 4; i++) {
			assert_int_equal(share_between(protocols[i], host, 9, false, 0), 0);
			assert_int_equal(share_between(UDP, host, 9, false, ports[i]), 0);
			assert_int_equal(share_between(UDP, host, 9, true, ports[i]), 0);
		}
}

static void packet_that_is_cut_or_no_ip_has_no_reader(void **state)
{
	struct bytes frame = {0}, arp = {0};

	(void)state;
	put_ethernet(&frame, 0x0800);
	put_between(&frame, TCP, 5, 9, false, 0);
	for (; frame.size > 12; frame.size--)
		share_of(&frame);
	put_ethernet(&arp, 0x0806);
	put_zeros(&arp, 28);
	assert_int_equal(share_of(&arp), 0);
}

static void packets_of_other_interfaces_pass(void **state)
{
	(void)state;
	filter_pass_all(1514, &program);
	assert_int_equal(filter_restrict(&program, 7), 0);
	assert_int_equal(program.count, FILTER_RESTRICT_INSTRUCTIONS + 1);
	assert_int_equal(program.code[0].k, (uint32_t)(SKF_AD_OFF + SKF_AD_IFINDEX));
	assert_int_equal(program.code[1].k, 7);
	/* What is no interface 7 goes to the return of 0. */
	assert_int_equal(program.code[1].jt, 1);
	assert_int_equal(program.code[1].jf, 0);
	assert_int_equal(program.code[2].k, 0);
	assert_int_equal(program.code[3].k, 1514);
	filter_move(&program, 9);
	assert_int_equal(program.code[1].k, 9);
	program.count = FILTER_INSTRUCTIONS_MAX - FILTER_RESTRICT_INSTRUCTIONS + 1;
	assert_int_equal(filter_restrict(&program, 7), -E2BIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(directions_of_a_flow_come_to_two_readers, begin),
		cmocka_unit_test_setup(one_reader_gets_most_packets, begin),
		cmocka_unit_test_setup(ipv6_directions_come_to_two_readers, begin),
		cmocka_unit_test_setup(later_fragments_leave_their_flow, begin),
		cmocka_unit_test_setup(tag_of_a_tap_moves_a_flow, begin),
		cmocka_unit_test_setup(encapsulations_come_to_several_readers, begin),
		cmocka_unit_test_setup(packet_that_is_cut_or_no_ip_has_no_reader, begin),
		cmocka_unit_test_setup(packets_of_other_interfaces_pass, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

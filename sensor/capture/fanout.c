/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/fanout.h"

#include "capture/assembler.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

#define VLAN_TAGS_MAX 2 /* beside the one that the kernel takes out of the way */
#define MPLS_LABELS_MAX 4
#define PPP_IPV4 0x0021
#define PPP_IPV6 0x0057
#define FRAGMENT_OFFSET 0x1fff
#define MIX 0x9e3779b1u /* 2^32 by the golden ratio: its product's upper half hangs on all bits */

enum label {
	LABEL_FIRST = ASSEMBLER_NO_LABEL + 1,
	LABEL_MPLS,
	LABEL_MPLS_END,
	LABEL_PPPOE,
	LABEL_IPV4,
	LABEL_IPV4_UDP,
	LABEL_IPV4_PAIR,
	LABEL_IPV6,
	LABEL_IPV6_UDP,
	LABEL_IPV6_PAIR,
	LABEL_MIX,
};

/* Of the program's memory. */
enum place { PLACE_WORD, PLACE_OFFSET };

/* Loads from `offset` of the header, which lies X behind the kernel's network header. */
static void load(struct assembler *to, uint16_t size, uint32_t offset)
{
	assembler_put(to, BPF_LD | size | BPF_IND, 0, 0, offset);
}

/* X moves over a header; what was loaded stays. */
static void skip(struct assembler *to, uint32_t bytes)
{
	assembler_put(to, BPF_ST, 0, 0, PLACE_WORD);
	assembler_put(to, BPF_MISC | BPF_TXA, 0, 0, 0);
	assembler_put(to, BPF_ALU | BPF_ADD | BPF_K, 0, 0, bytes);
	assembler_put(to, BPF_MISC | BPF_TAX, 0, 0, 0);
	assembler_put(to, BPF_LD | BPF_MEM, 0, 0, PLACE_WORD);
}

/* From the EtherType that is loaded to what it announces. */
static void put_types(struct assembler *to, uint32_t network)
{
	static const uint16_t tags[] = {ETH_P_8021Q, ETH_P_8021AD, ETH_P_QINQ1};

	for (unsigned i = 0; i <= VLAN_TAGS_MAX; i++) {
		assembler_put_jump_if(to, ETH_P_IP, LABEL_IPV4);
		assembler_put_jump_if(to, ETH_P_IPV6, LABEL_IPV6);
		assembler_put_jump_if(to, ETH_P_MPLS_UC, LABEL_MPLS);
		assembler_put_jump_if(to, ETH_P_PPP_SES, LABEL_PPPOE);
		if (i == VLAN_TAGS_MAX)
			break;
		assembler_put(to, BPF_JMP | BPF_JEQ | BPF_K, 3, 0, tags[0]);
		assembler_put(to, BPF_JMP | BPF_JEQ | BPF_K, 2, 0, tags[1]);
		assembler_put(to, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, tags[2]);
		assembler_put_jump(to, LABEL_FIRST);
		load(to, BPF_H, network + 2);
		skip(to, 4);
	}
	assembler_put_jump(to, LABEL_FIRST);
}

static void put_mpls(struct assembler *to, uint32_t network)
{
	assembler_put_label(to, LABEL_MPLS);
	for (unsigned i = 0; i < MPLS_LABELS_MAX; i++) {
		load(to, BPF_B, network + 2);
		skip(to, 4);
		assembler_put(to, BPF_JMP | BPF_JSET | BPF_K, 0, 1, 1);
		assembler_put_jump(to, LABEL_MPLS_END);
	}
	assembler_put_jump(to, LABEL_FIRST);
	assembler_put_label(to, LABEL_MPLS_END);
	load(to, BPF_B, network);
	assembler_put(to, BPF_ALU | BPF_RSH | BPF_K, 0, 0, 4);
	assembler_put_jump_if(to, 4, LABEL_IPV4);
	assembler_put_jump_if(to, 6, LABEL_IPV6);
	assembler_put_jump(to, LABEL_FIRST);
}

static void put_pppoe(struct assembler *to, uint32_t network)
{
	assembler_put_label(to, LABEL_PPPOE);
	load(to, BPF_H, network + 6);
	skip(to, 8);
	assembler_put_jump_if(to, PPP_IPV4, LABEL_IPV4);
	assembler_put_jump_if(to, PPP_IPV6, LABEL_IPV6);
	assembler_put_jump(to, LABEL_FIRST);
}

static void put_carriers(struct assembler *to)
{
	for (unsigned i = 0; i < FILTER_CARRIERS; i++)
		assembler_put_jump_if(to, filter_carriers[i], LABEL_FIRST);
}

/* Either port, or a flow to such a port that is no overlay would be torn. */
static void put_ports(struct assembler *to, uint32_t ports)
{
	for (unsigned end = 0; end < 2; end++) {
		load(to, BPF_H, ports + 2 * end);
		for (unsigned i = 0; i < FILTER_OVERLAY_PORTS; i++)
			assembler_put_jump_if(to, filter_overlay_ports[i], LABEL_FIRST);
	}
}

/* The words of both addresses, XORed, so that both directions come out alike. */
static void put_pair(struct assembler *to, uint32_t addresses, unsigned words)
{
	assembler_put(to, BPF_STX, 0, 0, PLACE_OFFSET);
	assembler_put(to, BPF_LD | BPF_IMM, 0, 0, 0);
	assembler_put(to, BPF_ST, 0, 0, PLACE_WORD);
	for (unsigned i = 0; i < words; i++) {
		assembler_put(to, BPF_LDX | BPF_MEM, 0, 0, PLACE_OFFSET);
		load(to, BPF_W, addresses + 4 * i);
		assembler_put(to, BPF_LDX | BPF_MEM, 0, 0, PLACE_WORD);
		assembler_put(to, BPF_ALU | BPF_XOR | BPF_X, 0, 0, 0);
		assembler_put(to, BPF_ST, 0, 0, PLACE_WORD);
	}
	assembler_put_jump(to, LABEL_MIX);
}

static void put_ipv4(struct assembler *to, uint32_t network)
{
	assembler_put_label(to, LABEL_IPV4);
	load(to, BPF_B, network + 9);
	put_carriers(to);
	assembler_put_jump_if(to, IPPROTO_UDP, LABEL_IPV4_UDP);
	assembler_put_jump_if(to, IPPROTO_UDPLITE, LABEL_IPV4_UDP);
	assembler_put_jump(to, LABEL_IPV4_PAIR);
	assembler_put_label(to, LABEL_IPV4_UDP);
	load(to, BPF_H, network + 6);
	assembler_put(to, BPF_JMP | BPF_JSET | BPF_K, 0, 1, FRAGMENT_OFFSET);
	assembler_put_jump(to, LABEL_IPV4_PAIR);
	assembler_put(to, BPF_STX, 0, 0, PLACE_OFFSET);
	load(to, BPF_B, network);
	assembler_put(to, BPF_ALU | BPF_AND | BPF_K, 0, 0, 0xf);
	assembler_put(to, BPF_ALU | BPF_LSH | BPF_K, 0, 0, 2);
	assembler_put(to, BPF_ALU | BPF_ADD | BPF_X, 0, 0, 0);
	assembler_put(to, BPF_MISC | BPF_TAX, 0, 0, 0);
	put_ports(to, network);
	assembler_put(to, BPF_LDX | BPF_MEM, 0, 0, PLACE_OFFSET);
	assembler_put_label(to, LABEL_IPV4_PAIR);
	put_pair(to, network + 12, 2);
}

static void put_ipv6(struct assembler *to, uint32_t network)
{
	assembler_put_label(to, LABEL_IPV6);
	load(to, BPF_B, network + 6);
	put_carriers(to);
	assembler_put_jump_if(to, IPPROTO_UDP, LABEL_IPV6_UDP);
	assembler_put_jump(to, LABEL_IPV6_PAIR);
	assembler_put_label(to, LABEL_IPV6_UDP);
	put_ports(to, network + 40);
	assembler_put_label(to, LABEL_IPV6_PAIR);
	put_pair(to, network + 8, 8);
}

void fanout_make(const struct filter_layout *layout, struct filter_program *ret_program)
{
	struct assembler assembler = {.program = ret_program};
	uint32_t network = layout->network_offset;

	ret_program->count = 0;
	ret_program->is_widened = false;
	assembler_put(&assembler, BPF_LDX | BPF_IMM, 0, 0, 0);
	assembler_put_load(&assembler, BPF_H, layout->protocol_offset);
	put_types(&assembler, network);
	put_mpls(&assembler, network);
	put_pppoe(&assembler, network);
	put_ipv4(&assembler, network);
	put_ipv6(&assembler, network);
	assembler_put_label(&assembler, LABEL_MIX);
	assembler_put(&assembler, BPF_ALU | BPF_MUL | BPF_K, 0, 0, MIX);
	assembler_put(&assembler, BPF_ALU | BPF_RSH | BPF_K, 0, 0, 16);
	assembler_put(&assembler, BPF_RET | BPF_A, 0, 0, 0);
	assembler_put_label(&assembler, LABEL_FIRST);
	assembler_put(&assembler, BPF_RET | BPF_K, 0, 0, 0);
	assembler_resolve(&assembler);
}

static int bind_to_all(int descriptor)
{
	struct sockaddr_ll all = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};

	return bind(descriptor, (struct sockaddr *)&all, sizeof(all)) < 0 ? -errno : 0;
}

static int set(int descriptor, int option, const void *value, socklen_t size)
{
	return setsockopt(descriptor, SOL_PACKET, option, value, size) < 0 ? -errno : 0;
}

static int set_program(int descriptor)
{
	struct filter_program *program = calloc(1, sizeof(*program));
	int error;

	if (!program)
		return -ENOMEM;
	fanout_make(&filter_layout_kernel, program);
	struct sock_fprog kernel = {program->count, program->code};
	error = set(descriptor, PACKET_FANOUT_DATA, &kernel, sizeof(kernel));
	free(program);
	return error;
}

int fanout_begin(int descriptor, uint16_t *ret_group)
{
	int option = (PACKET_FANOUT_CBPF | PACKET_FANOUT_FLAG_UNIQUEID) << 16;
	socklen_t size = sizeof(option);
	int error = bind_to_all(descriptor);

	if (error == 0)
		error = set(descriptor, PACKET_FANOUT, &option, sizeof(option));
	if (error == 0)
		error = set_program(descriptor);
	if (error < 0)
		return error;
	if (getsockopt(descriptor, SOL_PACKET, PACKET_FANOUT, &option, &size) < 0)
		return -errno;
	*ret_group = (uint16_t)option;
	return 0;
}

int fanout_join(int descriptor, uint16_t group)
{
	int option = (int)((unsigned)group | (unsigned)PACKET_FANOUT_CBPF << 16);
	int error = bind_to_all(descriptor);

	return error < 0 ? error : set(descriptor, PACKET_FANOUT, &option, sizeof(option));
}

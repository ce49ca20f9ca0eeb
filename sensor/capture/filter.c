/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/filter.h"

#include "capture/assembler.h"
#include "capture/interval.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IPV4_BITS 96 /* length of ::ffff:0:0/96 */
#define CHECK_SNAPLEN 65535
#define JUMP_MAX 255 /* a conditional jump is told in 8 bits */

const struct filter_layout filter_layout_kernel = {
	(uint32_t)(SKF_AD_OFF + SKF_AD_PROTOCOL), (uint32_t)SKF_NET_OFF};

/* Ports and protocols of what the decoder opens; a unit test holds them against it. */
const uint16_t filter_overlay_ports[FILTER_OVERLAY_PORTS] = {4789, 8472, 6081, 2152};
const uint8_t filter_carriers[FILTER_CARRIERS] = {
	IPPROTO_IPIP, IPPROTO_IPV6, IPPROTO_GRE, IPPROTO_AH};
/* IPv6 may chain headers in front of anything, so what ends the chain is listed. */
static const uint8_t ipv6_ends[] = {IPPROTO_TCP, IPPROTO_ICMPV6, IPPROTO_SCTP, IPPROTO_ESP};

enum label {
	LABEL_ACCEPT = ASSEMBLER_NO_LABEL + 1,
	LABEL_REJECT,
	LABEL_IPV4,
	LABEL_IPV4_UDP,
	LABEL_IPV4_SOURCE,
	LABEL_IPV4_DESTINATION,
	LABEL_IPV4_CONTROL,
	LABEL_IPV6,
	LABEL_IPV6_UDP,
	LABEL_IPV6_SOURCE,
	LABEL_IPV6_DESTINATION,
	LABEL_IPV6_CONTROL,
	LABELS,
};

_Static_assert((int)LABELS <= ASSEMBLER_LABELS_MAX, "each label has a place");

/* A search tree over the borders at which numbers begin to be, or cease to be, in the set. */
struct tree {
	uint32_t borders[2 * FILTER_INTERVALS_MAX];
	unsigned count;
	enum label hit, miss;
};

/* Instructions for the choice among the leaves low..high. */
static unsigned tree_size(unsigned low, unsigned high)
{
	unsigned middle = (low + high) / 2, left;

	if (low == high)
		return 1;
	left = tree_size(low, middle);
	return (left > JUMP_MAX ? 2 : 1) + left + tree_size(middle + 1, high);
}

/* Leaf n holds the numbers with n borders at or below them: in the set when n is odd. */
static void put_tree(
	struct assembler *assembler, const struct tree *tree, unsigned low, unsigned high)
{
	unsigned middle = (low + high) / 2, left;

	if (low == high) {
		assembler_put_jump(assembler, low % 2 ? tree->hit : tree->miss);
		return;
	}
	left = tree_size(low, middle);
	if (left > JUMP_MAX) {
		assembler_put(assembler, BPF_JMP | BPF_JGE | BPF_K, 0, 1, tree->borders[middle]);
		assembler_put(assembler, BPF_JMP | BPF_JA, ASSEMBLER_NO_LABEL, 0, left);
	} else {
		assembler_put(assembler, BPF_JMP | BPF_JGE | BPF_K, (uint8_t)left, 0,
			tree->borders[middle]);
	}
	put_tree(assembler, tree, low, middle);
	put_tree(assembler, tree, middle + 1, high);
}

/* Looks at the word at `offset`: to ACCEPT when it lies in an interval, else to `miss`. */
static void put_look_up(struct assembler *assembler, uint32_t offset,
	const struct interval *intervals, size_t count, enum label miss)
{
	struct tree tree = {.hit = LABEL_ACCEPT, .miss = miss};

	for (size_t i = 0; i < count; i++) {
		tree.borders[tree.count++] = intervals[i].first;
		if (intervals[i].last != UINT32_MAX)
			tree.borders[tree.count++] = intervals[i].last + 1;
	}
	assembler_put_load(assembler, BPF_W, offset);
	put_tree(assembler, &tree, 0, tree.count);
}

/* To ACCEPT when the address of `words` words at `offset` is in the control group. */
static void put_sample(struct assembler *assembler, uint32_t offset, unsigned words,
	const struct filter_sample *sample)
{
	for (unsigned i = 0; i < words; i++) {
		assembler_put_load(assembler, BPF_W, offset + 4 * i);
		if (i > 0) {
			assembler_put(assembler, BPF_LDX | BPF_MEM, 0, 0, 0);
			assembler_put(assembler, BPF_ALU | BPF_XOR | BPF_X, 0, 0, 0);
		}
		assembler_put(assembler, BPF_ALU | BPF_MUL | BPF_K, 0, 0, sample->odd[0]);
		assembler_put(assembler, BPF_MISC | BPF_TAX, 0, 0, 0);
		assembler_put(assembler, BPF_ALU | BPF_RSH | BPF_K, 0, 0, sample->shift);
		assembler_put(assembler, BPF_ALU | BPF_XOR | BPF_X, 0, 0, 0);
		assembler_put(assembler, BPF_ST, 0, 0, 0);
	}
	assembler_put(assembler, BPF_ALU | BPF_MUL | BPF_K, 0, 0, sample->odd[1]);
	assembler_put(assembler, BPF_JMP | BPF_JGE | BPF_K, 1, 0, sample->limit);
	assembler_put_jump(assembler, LABEL_ACCEPT);
}

/* What is left after the look-ups of both ends. */
static void put_control(struct assembler *assembler, enum label label, uint32_t source,
	uint32_t destination, unsigned words, const struct filter_sample *sample)
{
	assembler_put_label(assembler, label);
	if (sample && sample->limit > 0) {
		put_sample(assembler, source, words, sample);
		put_sample(assembler, destination, words, sample);
	}
	assembler_put_jump(assembler, LABEL_REJECT);
}

static void put_ports(struct assembler *assembler)
{
	for (size_t i = 0; i < FILTER_OVERLAY_PORTS; i++)
		assembler_put_jump_if(assembler, filter_overlay_ports[i], LABEL_ACCEPT);
}

static void put_ipv4(struct assembler *assembler, uint32_t network,
	const struct interval *intervals, size_t count)
{
	assembler_put_label(assembler, LABEL_IPV4);
	assembler_put_load(assembler, BPF_B, network + 9);
	for (size_t i = 0; i < FILTER_CARRIERS; i++)
		assembler_put_jump_if(assembler, filter_carriers[i], LABEL_ACCEPT);
	assembler_put_jump_if(assembler, IPPROTO_UDP, LABEL_IPV4_UDP);
	assembler_put_jump_if(assembler, IPPROTO_UDPLITE, LABEL_IPV4_UDP);
	assembler_put_jump(assembler, LABEL_IPV4_SOURCE);
	assembler_put_label(assembler, LABEL_IPV4_UDP);
	assembler_put(assembler, BPF_LDX | BPF_B | BPF_MSH, 0, 0, network);
	assembler_put(assembler, BPF_LD | BPF_H | BPF_IND, 0, 0, network + 2);
	put_ports(assembler);
	assembler_put_label(assembler, LABEL_IPV4_SOURCE);
	put_look_up(assembler, network + 12, intervals, count, LABEL_IPV4_DESTINATION);
	assembler_put_label(assembler, LABEL_IPV4_DESTINATION);
	put_look_up(assembler, network + 16, intervals, count, LABEL_IPV4_CONTROL);
}

static void put_ipv6(struct assembler *assembler, uint32_t network,
	const struct interval *intervals, size_t count)
{
	assembler_put_label(assembler, LABEL_IPV6);
	assembler_put_load(assembler, BPF_B, network + 6);
	for (size_t i = 0; i < sizeof(ipv6_ends); i++)
		assembler_put_jump_if(assembler, ipv6_ends[i], LABEL_IPV6_SOURCE);
	assembler_put_jump_if(assembler, IPPROTO_UDP, LABEL_IPV6_UDP);
	assembler_put_jump(assembler, LABEL_ACCEPT);
	assembler_put_label(assembler, LABEL_IPV6_UDP);
	assembler_put_load(assembler, BPF_H, network + 40 + 2);
	put_ports(assembler);
	assembler_put_label(assembler, LABEL_IPV6_SOURCE);
	put_look_up(assembler, network + 8, intervals, count, LABEL_IPV6_DESTINATION);
	assembler_put_label(assembler, LABEL_IPV6_DESTINATION);
	put_look_up(assembler, network + 24, intervals, count, LABEL_IPV6_CONTROL);
}

static bool is_ipv4(const struct filter_prefix *prefix)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	return prefix->bits >= IPV4_BITS && memcmp(prefix->network, mapped, sizeof(mapped)) == 0;
}

/* The prefix in the 32 bits that the program looks at. */
static struct interval find_interval(const struct filter_prefix *prefix)
{
	bool is_four = is_ipv4(prefix);
	unsigned bits = is_four ? prefix->bits - IPV4_BITS : prefix->bits;
	uint32_t hosts = bits == 0 ? UINT32_MAX : bits >= 32 ? 0 : UINT32_MAX >> bits;
	uint32_t word;

	memcpy(&word, prefix->network + (is_four ? 12 : 0), sizeof(word));
	word = ntohl(word);
	return (struct interval){word & ~hosts, word | hosts};
}

/* The intervals of one family. Returns 0 or -ENOMEM. */
static int cover(const struct filter_prefix *prefixes, size_t count, bool wants_ipv4,
	struct interval *intervals, size_t *ret_count, bool *widened)
{
	size_t used = 0;
	int error;

	for (size_t i = 0; i < count; i++) {
		if (is_ipv4(&prefixes[i]) != wants_ipv4)
			continue;
		intervals[used++] = find_interval(&prefixes[i]);
		if (!wants_ipv4 && prefixes[i].bits > 32)
			*widened = true;
	}
	used = interval_join(intervals, used);
	error = interval_reduce(intervals, used, FILTER_INTERVALS_MAX, ret_count);
	if (error == 0 && *ret_count < used)
		*widened = true;
	return error;
}

static void put_end(
	struct assembler *assembler, uint32_t snaplen, const struct filter_program *next)
{
	assembler_put_label(assembler, LABEL_REJECT);
	assembler_put(assembler, BPF_RET | BPF_K, 0, 0, 0);
	assembler_put_label(assembler, LABEL_ACCEPT);
	if (!next)
		assembler_put(assembler, BPF_RET | BPF_K, 0, 0, snaplen);
	assembler_resolve(assembler);
	for (uint32_t i = 0; next && i < next->count; i++)
		assembler_put(assembler, next->code[i].code, next->code[i].jt, next->code[i].jf,
			next->code[i].k);
}

int filter_make(const struct filter_prefix *prefixes, size_t count,
	const struct filter_sample *sample, const struct filter_layout *layout, uint32_t snaplen,
	const struct filter_program *next, struct filter_program *ret_program)
{
	struct interval *intervals = calloc(count + 1, sizeof(*intervals));
	struct assembler assembler = {.program = ret_program};
	uint32_t network = layout->network_offset;
	size_t used = 0;
	int error = -ENOMEM;

	if (!intervals)
		return -ENOMEM;
	ret_program->count = 0;
	ret_program->is_widened = false;
	assembler_put_load(&assembler, BPF_H, layout->protocol_offset);
	assembler_put_jump_if(&assembler, ETH_P_IP, LABEL_IPV4);
	assembler_put_jump_if(&assembler, ETH_P_IPV6, LABEL_IPV6);
	assembler_put_jump(&assembler, LABEL_ACCEPT);
	if (cover(prefixes, count, true, intervals, &used, &ret_program->is_widened) < 0)
		goto done;
	put_ipv4(&assembler, network, intervals, used);
	put_control(&assembler, LABEL_IPV4_CONTROL, network + 12, network + 16, 1, sample);
	if (cover(prefixes, count, false, intervals, &used, &ret_program->is_widened) < 0)
		goto done;
	put_ipv6(&assembler, network, intervals, used);
	put_control(&assembler, LABEL_IPV6_CONTROL, network + 8, network + 24, 4, sample);
	put_end(&assembler, snaplen, next);
	error = assembler.is_full ? -E2BIG : 0;
done:
	free(intervals);
	return error;
}

void filter_pass_all(uint32_t snaplen, struct filter_program *ret_program)
{
	struct assembler assembler = {.program = ret_program};

	ret_program->count = 0;
	ret_program->is_widened = false;
	assembler_put(&assembler, BPF_RET | BPF_K, 0, 0, snaplen);
}

int filter_restrict(struct filter_program *program, uint32_t index)
{
	const struct sock_filter test[FILTER_RESTRICT_INSTRUCTIONS] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_IFINDEX)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, index, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};

	if (program->count > FILTER_INSTRUCTIONS_MAX - FILTER_RESTRICT_INSTRUCTIONS)
		return -E2BIG;
	memmove(program->code + FILTER_RESTRICT_INSTRUCTIONS, program->code,
		program->count * sizeof(program->code[0]));
	memcpy(program->code, test, sizeof(test));
	program->count += FILTER_RESTRICT_INSTRUCTIONS;
	return 0;
}

void filter_move(struct filter_program *program, uint32_t index)
{
	program->code[1].k = index;
}

int filter_compile(struct pcap *pcap, const char *expression, struct filter_program *ret_program,
	char ret_reason[FILTER_REASON_SIZE])
{
	struct bpf_program compiled;
	int error = 0;

	if (pcap_compile(pcap, &compiled, expression, 1, PCAP_NETMASK_UNKNOWN) != 0) {
		snprintf(ret_reason, FILTER_REASON_SIZE, "%s", pcap_geterr(pcap));
		return -EINVAL;
	}
	if (compiled.bf_len > FILTER_INSTRUCTIONS_MAX) {
		snprintf(ret_reason, FILTER_REASON_SIZE, "the expression is too long");
		error = -E2BIG;
	} else {
		ret_program->count = (uint16_t)compiled.bf_len;
		ret_program->is_widened = false;
		memcpy(ret_program->code, compiled.bf_insns,
			compiled.bf_len * sizeof(ret_program->code[0]));
	}
	pcap_freecode(&compiled);
	return error;
}

static int check_for(int link_type, const char *expression, char ret_reason[FILTER_REASON_SIZE])
{
	struct filter_program *program = malloc(sizeof(*program));
	pcap_t *pcap = pcap_open_dead(link_type, CHECK_SNAPLEN);
	int error = -ENOMEM;

	if (program && pcap)
		error = filter_compile(pcap, expression, program, ret_reason);
	if (pcap)
		pcap_close(pcap);
	free(program);
	return error;
}

int filter_check(const char *expression, char ret_reason[FILTER_REASON_SIZE])
{
	static const int others[] = {DLT_RAW, DLT_LINUX_SLL, DLT_IEEE802_11_RADIO, DLT_PPP};
	char reason[FILTER_REASON_SIZE] = "", ignored[FILTER_REASON_SIZE];
	int error = check_for(DLT_EN10MB, expression, reason);

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]) && error == -EINVAL; i++)
		if (check_for(others[i], expression, ignored) == 0)
			return 0;
	if (error)
		snprintf(ret_reason, FILTER_REASON_SIZE, "%s", reason);
	return error;
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CAPTURE_FILTER_H
#define CAPTURE_FILTER_H
/*
 * What the kernel lets through: a program of classic BPF made from the watched prefixes and, behind
 * it, the operator's own expression.
 *
 * The part for the watched prefixes is a sieve, not the decision: the exact look-up happens later
 * anyway, so it may let too much through, and never too little. It passes whatever is not IP (VLAN,
 * MPLS, PPPoE ... may carry a watched packet), every encapsulation that is opened later, and IP
 * packets with an end in one of at most FILTER_INTERVALS_MAX intervals for each family: prefixes
 * that lie nearest to each other are joined until they fit. Of IPv6 the first 32 bits are looked
 * at. A packet that is cut within its IP header does not pass. Neither does a packet without a
 * watched end, unless one of its ends is in the control group.
 */
#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FILTER_INTERVALS_MAX 128
#define FILTER_INSTRUCTIONS_MAX 4096 /* BPF_MAXINSNS of the kernel */
#define FILTER_REASON_SIZE 256

struct filter_prefix {
	uint8_t network[16]; /* IPv4 as ::ffff:a.b.c.d, host bits zero */
	uint8_t bits;        /* 0..128; an IPv4 /22 has 118 */
};

/* The control group: hosts whose hash is below `limit` (0: none). The hash is that of
 * watch/sample.h: over the words of an address h <- (h ^ word) * odd[0]; h <- h ^ (h >> shift); at
 * the end h * odd[1]. */
struct filter_sample {
	uint32_t odd[2], limit;
	unsigned shift;
};

/* Where a program finds things in a packet. */
struct filter_layout {
	uint32_t protocol_offset; /* two bytes of EtherType */
	uint32_t network_offset;  /* the IP header */
};

/* The kernel's own knowledge of a packet, whatever its link type; VLAN tags are out of the way. */
extern const struct filter_layout filter_layout_kernel;

/* What the decoder opens: destination ports of UDP, and protocols of IP. */
#define FILTER_OVERLAY_PORTS 4
#define FILTER_CARRIERS 4
extern const uint16_t filter_overlay_ports[FILTER_OVERLAY_PORTS];
extern const uint8_t filter_carriers[FILTER_CARRIERS];

struct filter_program {
	uint16_t count;
	bool is_widened; /* the intervals hold more than the prefixes do */
	struct sock_filter code[FILTER_INSTRUCTIONS_MAX];
};

/*
 * Makes the program. `prefixes` may overlap and come in any order; without any nothing but
 * encapsulations and the control group passes. `next` is a program that decides about what has
 * passed (NULL: it is taken with up to `snaplen` bytes); it must fit behind. Returns 0, -ENOMEM, or
 * -E2BIG when both together are longer than FILTER_INSTRUCTIONS_MAX.
 */
int filter_make(const struct filter_prefix *prefixes, size_t count,
	const struct filter_sample *sample, const struct filter_layout *layout, uint32_t snaplen,
	const struct filter_program *next, struct filter_program *ret_program);

/* Everything passes with up to `snaplen` bytes. */
void filter_pass_all(uint32_t snaplen, struct filter_program *ret_program);

#define FILTER_RESTRICT_INSTRUCTIONS 3

/* Puts in front that nothing passes but packets of the interface with this index. Returns 0, or
 * -E2BIG when it does not fit. filter_move changes the index of such a program. */
int filter_restrict(struct filter_program *program, uint32_t index);
void filter_move(struct filter_program *program, uint32_t index);

struct pcap;

/* Translates an expression of pcap-filter(7) for a handle of libpcap, whose link type and snapshot
 * length it takes; only a live one knows where the kernel keeps VLAN tags. Returns 0; -EINVAL or
 * -E2BIG and the reason. */
int filter_compile(struct pcap *pcap, const char *expression, struct filter_program *ret_program,
	char ret_reason[FILTER_REASON_SIZE]);

/* Checks an expression without a capture: 0 when it means something for a link type that taps
 * have, else -EINVAL and the reason. */
int filter_check(const char *expression, char ret_reason[FILTER_REASON_SIZE]);

#endif

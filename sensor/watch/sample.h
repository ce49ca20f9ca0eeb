/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WATCH_SAMPLE_H
#define WATCH_SAMPLE_H
/*
 * The control group: a sample of the unwatched hosts, taken by a hash of the address, so that a
 * host is in it or not for good, whatever it does. What the whole tap does is seen in it at a
 * bounded cost.
 *
 * The key is public: the same capture has the same control group live and replayed, on every sensor
 * and after every restart, which its baseline needs. Whoever knows who is in the group can make an
 * alert say that others rose as well; no alert is suppressed by it.
 *
 * The hash has to be expressible in classic BPF, where the kernel picks the group's packets out:
 * 32-bit words, xor, shift, multiply. Over the words of the address, h <- (h ^ word) * odd; h <- h
 * ^ (h >> 15); at the end h * odd. That is multiply-shift hashing (M. Dietzfelbinger et al., "A
 * reliable randomized algorithm for the closest-pair problem", J. Algorithms 25, 1997), with a
 * shift between two rounds so that neighbours do not fall into a pattern. An IPv4 address is one
 * word, an IPv6 address four. The hash is below `limit` for the hosts in the sample.
 */
#include "packet/address.h"

#define SAMPLE_SHIFT 15

struct sample {
	uint32_t odd[2]; /* multipliers: of each word, of the end */
	uint32_t limit;  /* 0: nobody is in the sample */
};

/* A sample that holds `share` (0..1) of all hosts. A larger share keeps the hosts of a smaller one.
 */
struct sample sample_make(double share);

/* True when the host is in the sample. */
bool sample_holds(const struct sample *sample, const struct surgetap_address *address);

#endif

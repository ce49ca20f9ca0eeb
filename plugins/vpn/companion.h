/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VPN_COMPANION_H
#define VPN_COMPANION_H
/*
 * Some VPNs use two flows between the same hosts and port: tinc shakes hands over TCP and sends
 * data over UDP, AnyConnect does TLS beside its DTLS. One of them tells what the other is. What is
 * kept depends on the host pair alone, so that it does not matter which worker sees the pair.
 */
#include <surgetap/flow.h>

#define COMPANIONS_MAX 4096 /* a power of two; a newer pair takes an older one's place */
#define COMPANION_LIFE_US INT64_C(3600000000)

struct companion {
	struct surgetap_address low, high; /* the pair, in order of memory */
	int64_t seen_us;
	uint16_t port;
	uint8_t transport; /* of the flow that is expected; 0 free */
};

/* One worker's; zero at start. */
struct companions {
	struct companion slots[COMPANIONS_MAX];
};

/* Expects a flow of `transport` between the hosts of `flow`, at the same server port. */
void companions_expect(
	struct companions *companions, const struct surgetap_flow *flow, uint8_t transport);

/* True when `flow` was expected within the last COMPANION_LIFE_US of packet time. */
bool companions_has(const struct companions *companions, const struct surgetap_flow *flow);

#endif

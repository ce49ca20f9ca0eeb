/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROXY_PEERS_H
#define PROXY_PEERS_H
/*
 * Hosts that take part in BitTorrent. Its obfuscated connections are random bytes both ways too;
 * only the company they keep tells them apart. A table of fixed size in the worker's state: an
 * older host gives way to a newer one of the same slot.
 */
#include <surgetap/plugin.h>

#define PEERS_SLOTS 1024u
#define PEERS_US (3600 * INT64_C(1000000)) /* how long a host is remembered, packet clock */

struct peers {
	struct {
		struct surgetap_address address;
		int64_t time_us;
	} slots[PEERS_SLOTS];
};

/* Whether the flow's first payload is a question to a tracker over HTTP (BEP 3). */
bool peers_is_announce(const struct surgetap_payload *payload);

/* Both ends of the flow take part. */
void peers_note(struct peers *peers, const struct surgetap_flow *flow);

/* Whether one end of the flow took part within the last hour. */
bool peers_has(const struct peers *peers, const struct surgetap_flow *flow);

#endif

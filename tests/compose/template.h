/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPOSE_TEMPLATE_H
#define COMPOSE_TEMPLATE_H
/* Flows of real captures, cut to what is worth repeating, ready to be laid onto other hosts. */
#include "complaint.h"
#include "scenario.h"

#define TEMPLATE_FLOWS_MAX 4096       /* of one kind */
#define TEMPLATE_BYTES_MAX (64 << 20) /* of one kind's sources, before anything is cut */

/* One TCP or UDP segment. Ports and checksum in `bytes` are zero; they come with the flow. */
struct template_packet {
	int64_t offset_us; /* since the flow's first packet */
	uint8_t *bytes;
	uint16_t length;
	bool from_server;
	uint32_t sum; /* of `bytes` as big-endian 16-bit words, not folded */
};

struct template
{
	struct address client, server;
	uint16_t client_port, server_port;
	uint8_t transport;
	struct template_packet *packets;
	uint32_t count, capacity;
	int64_t start_us; /* in the capture */
	bool closed;      /* TCP: a FIN or RST was seen */
};

struct template_set {
	struct template *flows;
	size_t count;
	size_t bytes;
	int64_t longest_us; /* duration of the longest flow, after squeezing */
};

/*
 * Loads the templates of a kind: every TCP and UDP flow of its sources that passes their filters,
 * in order of their first packets. Of each flow the first packets are kept, up to the kind's limit;
 * where a TCP flow is longer, its end (FIN and RST packets and the very last one) takes the place
 * of the last of these. Flows that last longer than the kind's `squeeze` are squeezed to it. The
 * client is who sent the SYN, else the end that has not the filter's port, else who spoke first.
 * Returns 0; a source that is missing, damaged, cut short by its snap length or without a matching
 * flow is an error that `complaint` names. The set needs template_set_done() in either case.
 */
int template_set_load(
	const struct scenario_kind *kind, struct template_set *set, struct complaint *complaint);

void template_set_done(struct template_set *set);

#endif

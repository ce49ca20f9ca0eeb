/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/gate.h"

#include <errno.h>
#include <stdlib.h>

#include "base/siphash.h"

struct gate {
	struct decoder *decoder;
	const struct ranges *ranges;
	struct siphash_key key;
	struct gate_stats stats;
	struct lap lap;
};

/* GRE and IP-in-IP of a watched host are tunnels, hence flows of their own. */
static bool keep_tunnel(const void *argument, const struct surgetap_address *source,
	const struct surgetap_address *destination)
{
	const struct ranges *ranges = ((const struct gate *)argument)->ranges;
	return ranges_find(ranges, source) != RANGE_NONE ||
	       ranges_find(ranges, destination) != RANGE_NONE;
}

int gate_new(const struct ranges *ranges, uint64_t seed, struct gate **ret_gate)
{
	struct gate *gate = calloc(1, sizeof *gate);
	if (!gate)
		return -ENOMEM;
	struct decode_policy policy = {keep_tunnel, gate};
	gate->ranges = ranges;
	gate->key = siphash_key_from_seed(seed);
	int error = decoder_new(&policy, seed, &gate->decoder);
	if (error < 0) {
		free(gate);
		return error;
	}
	*ret_gate = gate;
	return 0;
}

void gate_free(struct gate *gate)
{
	if (!gate)
		return;
	decoder_free(gate->decoder);
	free(gate);
}

void gate_set_ranges(struct gate *gate, const struct ranges *ranges)
{
	gate->ranges = ranges;
}

bool gate_pass(struct gate *gate, const struct frame *frame, struct packet *ret_packet,
	uint32_t *ret_source, uint32_t *ret_destination)
{
	enum packet_verdict verdict = decoder_decode(gate->decoder, frame, ret_packet);
	gate->stats.packets[verdict]++;
	gate->stats.bytes += frame->wire_bytes;
	lap_mark(&gate->lap, STAGE_DECODE);
	if (verdict != PACKET_DECODED)
		return false;
	*ret_source = ranges_find(gate->ranges, &ret_packet->source);
	*ret_destination = ranges_find(gate->ranges, &ret_packet->destination);
	lap_mark(&gate->lap, STAGE_WATCH);
	if (*ret_source != RANGE_NONE || *ret_destination != RANGE_NONE)
		return true;
	gate->stats.unwatched++;
	return false;
}

uint64_t gate_host_pair(const struct gate *gate, const struct packet *packet)
{
	bool in_order = address_compare(&packet->source, &packet->destination) <= 0;
	struct surgetap_address pair[2] = {
		in_order ? packet->source : packet->destination,
		in_order ? packet->destination : packet->source,
	};
	return siphash_1_3(&gate->key, pair, sizeof pair);
}

struct lap *gate_lap(struct gate *gate)
{
	return &gate->lap;
}

void gate_stats(const struct gate *gate, struct gate_stats *ret_stats)
{
	*ret_stats = gate->stats;
}

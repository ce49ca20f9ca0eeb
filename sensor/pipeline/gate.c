/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/gate.h"

#include <errno.h>
#include <stdlib.h>

#include "base/siphash.h"

#define WELL_KNOWN_PORTS 1024

struct gate {
	struct decoder *decoder;
	const struct ranges *ranges;
	struct sample sample;
	struct siphash_key key;
	struct gate_stats stats;
	struct lap lap;
};

/* GRE and IP-in-IP of a watched host are tunnels, hence flows of their own. Not those of the
 * control group: what is inside may be watched. */
static bool keep_tunnel(const void *argument, const struct surgetap_address *source,
	const struct surgetap_address *destination)
{
	const struct ranges *ranges = ((const struct gate *)argument)->ranges;
	return ranges_find(ranges, source) != RANGE_NONE ||
	       ranges_find(ranges, destination) != RANGE_NONE;
}

int gate_new(const struct ranges *ranges, const struct sample *sample, uint64_t seed,
	struct gate **ret_gate)
{
	struct gate *gate = calloc(1, sizeof *gate);
	if (!gate)
		return -ENOMEM;
	struct decode_policy policy = {keep_tunnel, gate};
	gate->ranges = ranges;
	gate->sample = *sample;
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

/* An end that talks from a well-known port to none is a server, and only clients are users. Without
 * this a popular server in the sample would let all of its traffic through. */
static uint32_t find_control(const struct gate *gate, const struct surgetap_address *address,
	uint16_t port, uint16_t far)
{
	bool is_server = port < WELL_KNOWN_PORTS && far >= WELL_KNOWN_PORTS;
	return !is_server && sample_holds(&gate->sample, address) ? RANGE_CONTROL : RANGE_NONE;
}

static bool pass_control(struct gate *gate, const struct packet *packet, uint32_t *ret_source,
	uint32_t *ret_destination)
{
	*ret_source =
		find_control(gate, &packet->source, packet->source_port, packet->destination_port);
	*ret_destination = find_control(
		gate, &packet->destination, packet->destination_port, packet->source_port);
	bool passes = *ret_source != RANGE_NONE || *ret_destination != RANGE_NONE;
	gate->stats.control += passes;
	return passes;
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
	return gate->sample.limit > 0 &&
	       pass_control(gate, ret_packet, ret_source, ret_destination);
}

uint64_t gate_pair_of(const struct gate *gate, const struct surgetap_address *low,
	const struct surgetap_address *high)
{
	struct surgetap_address pair[2] = {*low, *high};
	return siphash_1_3(&gate->key, pair, sizeof pair);
}

uint64_t gate_host_pair(const struct gate *gate, const struct packet *packet)
{
	bool in_order = address_compare(&packet->source, &packet->destination) <= 0;
	return in_order ? gate_pair_of(gate, &packet->source, &packet->destination)
			: gate_pair_of(gate, &packet->destination, &packet->source);
}

struct lap *gate_lap(struct gate *gate)
{
	return &gate->lap;
}

void gate_stats(const struct gate *gate, struct gate_stats *ret_stats)
{
	*ret_stats = gate->stats;
	decoder_stats(gate->decoder, &ret_stats->datagrams);
}

void gate_stats_add(struct gate_stats *sum, const struct gate_stats *more)
{
	for (int i = 0; i < PACKET_VERDICTS; i++)
		sum->packets[i] += more->packets[i];
	sum->bytes += more->bytes;
	sum->unwatched += more->unwatched;
	sum->control += more->control;
	sum->datagrams.whole += more->datagrams.whole;
	sum->datagrams.lost += more->datagrams.lost;
}

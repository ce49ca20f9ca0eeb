/* SPDX-License-Identifier: Apache-2.0 */
#include "packet/decode.h"

#include "packet/layer.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

struct decoder {
	struct decode_policy policy;
	struct fragment_table *fragments;
	struct datagram_table *datagrams;
};

int decoder_new(const struct decode_policy *policy, uint64_t seed, struct decoder **ret_decoder)
{
	struct decoder *decoder = calloc(1, sizeof(*decoder));

	if (!decoder)
		return -ENOMEM;
	if (fragment_table_new(DECODE_FRAGMENTS_MAX, seed, &decoder->fragments) < 0 ||
		datagram_table_new(DECODE_DATAGRAMS_MAX, &decoder->datagrams) < 0) {
		decoder_free(decoder);
		return -ENOMEM;
	}
	decoder->policy = *policy;
	*ret_decoder = decoder;
	return 0;
}

void decoder_free(struct decoder *decoder)
{
	if (!decoder)
		return;
	fragment_table_free(decoder->fragments);
	datagram_table_free(decoder->datagrams);
	free(decoder);
}

bool walk_keeps_tunnel(const struct walk *walk)
{
	const struct decode_policy *policy = walk->policy;

	return policy->keep_tunnel && policy->keep_tunnel(policy->argument, &walk->packet.source,
					      &walk->packet.destination);
}

enum packet_verdict layer_payload(struct walk *walk)
{
	walk->packet.payload = walk->cursor.at;
	walk->packet.payload_captured_bytes = walk->cursor.left;
	walk->packet.payload_bytes = walk->cursor.stated;
	return PACKET_DECODED;
}

void walk_keep_outer(struct walk *walk, unsigned verdicts)
{
	layer_payload(walk);
	walk->outer = walk->packet;
	walk->outer_verdicts = verdicts;
}

/* A later fragment counts for the flow of the first one, if that is remembered. */
static enum packet_verdict count_later(struct walk *walk, const struct fragment_key *key)
{
	if (!fragment_recall(walk->fragments, key, &walk->packet))
		return PACKET_FRAGMENT;
	walk->packet.fragment = PACKET_FRAGMENT_LATER;
	return layer_payload(walk);
}

/* The walk goes on in the datagram that has become whole. Should it end badly there, the fragment
 * counts as it would have without. */
static enum packet_verdict enter_datagram(
	struct walk *walk, const struct fragment_key *key, const struct datagram *datagram)
{
	struct packet packet = walk->packet;

	if (packet.fragment != PACKET_FRAGMENT_FIRST && count_later(walk, key) == PACKET_DECODED)
		walk_keep_outer(walk, UINT_MAX & ~(1u << PACKET_DECODED));
	packet.fragment = walk->fragment = PACKET_FRAGMENT_WHOLE;
	packet.ip = datagram->ip;
	packet.ip_bytes = datagram->header_bytes + datagram->payload_bytes;
	packet.ip_captured_bytes = packet.ip_bytes;
	packet.transport = datagram->transport;
	walk->packet = packet;
	walk->cursor = (struct cursor){
		.at = datagram->ip + datagram->header_bytes,
		.left = datagram->payload_bytes,
		.stated = datagram->payload_bytes,
		.bounded = true,
	};
	walk->next = transport_find(datagram->transport);
	return LAYER_NEXT;
}

enum packet_verdict walk_fragment(
	struct walk *walk, const struct fragment_key *key, const struct datagram_part *part)
{
	struct datagram datagram;
	bool is_first = part->offset_bytes == 0;

	if (is_first && walk->first_count > DECODE_LAYERS_MAX)
		return PACKET_TOO_DEEP;
	if (is_first) {
		walk->packet.fragment = walk->fragment = PACKET_FRAGMENT_FIRST;
		walk->firsts[walk->first_count++] = *key;
	}
	/* What the capture has cut is missing for good. */
	if (walk->cursor.left == part->bytes &&
		datagram_add(walk->datagrams, key, walk->packet.time_us, part, &datagram))
		return enter_datagram(walk, key, &datagram);
	return is_first ? LAYER_NEXT : count_later(walk, key);
}

static void walk_init(struct walk *walk, const struct decoder *decoder, const struct frame *frame)
{
	walk->cursor = (struct cursor){
		.at = frame->data,
		.left = frame->captured_bytes,
		.stated = frame->wire_bytes,
	};
	if (walk->cursor.stated < walk->cursor.left)
		walk->cursor.stated = walk->cursor.left;
	walk->policy = &decoder->policy;
	walk->fragments = decoder->fragments;
	walk->datagrams = decoder->datagrams;
	walk->opened = 0;
	walk->outer_verdicts = 0;
	walk->first_count = 0;
	walk->fragment = PACKET_FRAGMENT_NONE;
	walk->packet = (struct packet){
		.time_us = frame->time_us,
		.wire_bytes = walk->cursor.stated,
	};
}

static enum packet_verdict walk_run(struct walk *walk)
{
	enum packet_verdict verdict;

	do {
		verdict = walk->next(walk);
		if (walk->opened > DECODE_LAYERS_MAX)
			return PACKET_TOO_DEEP;
	} while (verdict == LAYER_NEXT);
	if (walk->outer_verdicts & 1u << verdict) {
		walk->packet = walk->outer;
		return PACKET_DECODED;
	}
	return verdict;
}

enum packet_verdict decoder_decode(
	struct decoder *decoder, const struct frame *frame, struct packet *ret_packet)
{
	struct walk walk;
	enum packet_verdict verdict;

	walk.next = link_find(frame->link_type);
	if (!walk.next)
		return PACKET_UNSUPPORTED_LINK;
	walk_init(&walk, decoder, frame);
	verdict = walk_run(&walk);
	if (verdict != PACKET_DECODED)
		return verdict;
	for (unsigned i = 0; i < walk.first_count; i++)
		fragment_remember(walk.fragments, &walk.firsts[i], &walk.packet);
	if (walk.packet.fragment == PACKET_FRAGMENT_NONE)
		walk.packet.fragment = walk.fragment;
	*ret_packet = walk.packet;
	return PACKET_DECODED;
}

void decoder_stats(const struct decoder *decoder, struct datagram_stats *ret_stats)
{
	datagram_table_stats(decoder->datagrams, ret_stats);
}

bool decode_knows_link(int link_type)
{
	return link_find(link_type) != NULL;
}

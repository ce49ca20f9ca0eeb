/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/dialogue.h"

#include <errno.h>
#include <stdlib.h>

#include "flow/kept.h"
#include "flow/sequence.h"

enum { TCP_FIN = 1, TCP_PSH = 8, TCP_ACK = 16 };

/* Numbers further apart than this are of two countings: more than an inspection sees. */
#define FAR_BYTES (INT32_C(1) << 22)

_Static_assert(sizeof(struct packet) + 256 + 2 * DIALOGUE_MESSAGE_BYTES <= HEAD_BYTES_MAX,
	"a message, the segment that fills it, and headers have room in a buffer");

/* Two pools: what waits may have to be held, and must not lose its buffer to itself. */
struct dialogues {
	struct head_pool *held, *early;
};

/* A dialogue and what is at hand for it. */
struct talk {
	struct dialogues *dialogues;
	struct dialogue *dialogue;
	const struct dialogue_listener *listener;
};

int dialogues_new(struct dialogues **ret_dialogues)
{
	struct dialogues *dialogues = calloc(1, sizeof *dialogues);
	if (!dialogues)
		return -ENOMEM;
	int error = head_pool_new(DIALOGUE_HEADS_MAX, &dialogues->held);
	if (error == 0)
		error = head_pool_new(DIALOGUE_HEADS_MAX, &dialogues->early);
	if (error < 0) {
		dialogues_free(dialogues);
		return error;
	}
	*ret_dialogues = dialogues;
	return 0;
}

void dialogues_free(struct dialogues *dialogues)
{
	if (!dialogues)
		return;
	head_pool_free(dialogues->held);
	head_pool_free(dialogues->early);
	free(dialogues);
}

static bool is_cut(const struct packet *packet)
{
	return packet->payload_captured_bytes < packet->payload_bytes;
}

/* The packet ends its message. The flags of a first fragment speak for the whole segment. */
static bool is_end(const struct packet *packet)
{
	return is_cut(packet) || packet->payload_bytes >= DIALOGUE_MESSAGE_BYTES ||
	       (packet->tcp_flags & (TCP_PSH | TCP_FIN) &&
		       packet->fragment != PACKET_FRAGMENT_FIRST);
}

static void tell(const struct talk *talk, const struct packet *message, bool from_client)
{
	talk->listener->said(talk->listener->argument, message, from_client);
}

/* Says what is held. Of its last segment `missing` bytes were not captured. */
static void say_held(const struct talk *talk, uint32_t missing)
{
	struct dialogue *dialogue = talk->dialogue;
	if (!dialogue->held.buffer)
		return;
	struct packet message = kept_at(talk->dialogues->held, &dialogue->held, 0);
	uint32_t header = (uint32_t)(message.payload - message.ip);
	message.ip_captured_bytes = dialogue->held.bytes - (uint32_t)sizeof message;
	message.ip_bytes = message.ip_captured_bytes + missing;
	message.payload_captured_bytes = message.ip_captured_bytes - header;
	message.payload_bytes = message.payload_captured_bytes + missing;
	packet_set_length(head_data(talk->dialogues->held, &dialogue->held) + sizeof message,
		message.ip_version, message.ip_bytes);
	tell(talk, &message, dialogue->held_from_client);
	head_end(talk->dialogues->held, &dialogue->held);
}

/* Adds a packet to what is held, without the `known` bytes at its start. */
static void hold(
	const struct talk *talk, const struct packet *packet, bool from_client, uint32_t known)
{
	struct dialogue *dialogue = talk->dialogue;
	struct head *held = &dialogue->held;
	if (held->buffer) {
		if (known < packet->payload_captured_bytes)
			head_put(talk->dialogues->held, held, held->bytes, packet->payload + known,
				packet->payload_captured_bytes - known);
	} else {
		kept_put(talk->dialogues->held, held, packet);
		dialogue->held_from = sequence_first(packet);
		dialogue->held_from_client = from_client;
	}
	uint32_t at_hand =
		known > packet->payload_captured_bytes ? known : packet->payload_captured_bytes;
	uint32_t missing = packet->payload_bytes - at_hand;
	if (is_end(packet) || held->bytes >= sizeof *packet + DIALOGUE_MESSAGE_BYTES)
		say_held(talk, missing);
}

/* The packet's turn has come: nothing is missing before its first new byte. */
static void say(const struct talk *talk, const struct packet *packet, bool from_client)
{
	struct dialogue *dialogue = talk->dialogue;
	struct dialogue_side *side = &dialogue->sides[from_client];
	struct head *held = &dialogue->held;
	uint32_t first = sequence_first(packet);
	if (held->buffer && dialogue->held_from_client != from_client)
		say_held(talk, 0);
	/* Sent anew with more behind it, or a datagram whose first fragment is held. */
	if (held->buffer && sequence_distance(first, dialogue->held_from) <= 0) {
		head_end(talk->dialogues->held, held);
		side->next = dialogue->held_from;
	}
	uint32_t known = side->next - first;
	side->next = sequence_end(packet);
	if (held->buffer && held->bytes + packet->payload_captured_bytes > HEAD_BYTES_MAX)
		say_held(talk, 0);
	bool fits = sizeof *packet + packet->ip_captured_bytes <= HEAD_BYTES_MAX;
	if (held->buffer || (known == 0 && fits && !is_end(packet))) {
		hold(talk, packet, from_client, known);
		return;
	}
	struct packet message = *packet;
	uint32_t skipped =
		known < packet->payload_captured_bytes ? known : packet->payload_captured_bytes;
	message.payload += skipped;
	message.payload_captured_bytes -= skipped;
	message.payload_bytes -= known;
	message.tcp_sequence += known;
	tell(talk, &message, from_client);
}

/* Says what is new in a packet before which bytes may be missing: a message ends there. */
static void say_behind_gap(const struct talk *talk, const struct packet *packet, bool from_client)
{
	struct dialogue_side *side = &talk->dialogue->sides[from_client];
	if (sequence_distance(sequence_first(packet), side->next) > 0) {
		say_held(talk, 0);
		side->next = sequence_first(packet);
	}
	if (sequence_distance(sequence_end(packet), side->next) > 0)
		say(talk, packet, from_client);
}

/* Whether all that the packet acknowledges has been said. */
static bool acknowledges_said(
	const struct dialogue *dialogue, const struct packet *packet, bool from_client)
{
	const struct dialogue_side *peer = &dialogue->sides[!from_client];
	return !(packet->tcp_flags & TCP_ACK) || !peer->is_known ||
	       sequence_distance(packet->tcp_acknowledgement, peer->next) <= 0;
}

static bool is_in_turn(
	const struct dialogue *dialogue, const struct packet *packet, bool from_client)
{
	return sequence_distance(sequence_first(packet), dialogue->sides[from_client].next) <= 0 &&
	       acknowledges_said(dialogue, packet, from_client);
}

/* Says a waiting packet of the side if its turn has come, or the lowest one `at_once`. */
static bool say_early(const struct talk *talk, bool from_client, bool at_once)
{
	struct dialogue_side *side = &talk->dialogue->sides[from_client];
	struct packet packet;
	int number = early_lowest(talk->dialogues->early, &side->early, &packet);
	if (number < 0 || (!at_once && !is_in_turn(talk->dialogue, &packet, from_client)))
		return false;
	say_behind_gap(talk, &packet, from_client);
	early_remove(talk->dialogues->early, &side->early, number);
	return true;
}

/* Mostly none does. */
static bool any_waits(const struct dialogue *dialogue)
{
	return dialogue->sides[0].early.count > 0 || dialogue->sides[1].early.count > 0;
}

/* Says all whose turn has come: one may wait for the other side's. */
static void say_ripe(const struct talk *talk)
{
	while (any_waits(talk->dialogue) &&
		(say_early(talk, true, false) || say_early(talk, false, false)))
		;
	if (!any_waits(talk->dialogue))
		talk->dialogue->waiting = 0;
}

/* What is missing will not come. First goes the client's, as it mostly asks first. */
static void give_up(const struct talk *talk)
{
	while (any_waits(talk->dialogue) &&
		(say_early(talk, true, true) || say_early(talk, false, true)))
		say_ripe(talk);
	talk->dialogue->waiting = 0;
}

/* Sequence numbers of another counting: a connection that took the addresses over, or a capture
 * that was tampered with. */
static void follow_counting(const struct talk *talk, const struct packet *packet, bool from_client)
{
	struct dialogue_side *side = &talk->dialogue->sides[from_client];
	int32_t offset = sequence_distance(sequence_first(packet), side->next);
	if (side->is_known && offset > -FAR_BYTES && offset < FAR_BYTES)
		return;
	if (side->is_known) {
		give_up(talk);
		say_held(talk, 0);
	}
	side->next = sequence_first(packet);
	side->is_known = true;
}

/* Time passes for those that wait. */
static void wait_on(const struct talk *talk, bool is_overdue)
{
	struct dialogue *dialogue = talk->dialogue;
	uint8_t left = is_overdue ? DIALOGUE_PATIENCE_ACKNOWLEDGED : DIALOGUE_PATIENCE;
	if (!any_waits(dialogue))
		return;
	if (dialogue->waiting < DIALOGUE_PATIENCE - left)
		dialogue->waiting = (uint8_t)(DIALOGUE_PATIENCE - left);
	if (++dialogue->waiting >= DIALOGUE_PATIENCE)
		give_up(talk);
}

void dialogue_start(struct dialogue *dialogue, bool from_client, uint32_t sequence)
{
	dialogue->sides[from_client].next = sequence;
	dialogue->sides[from_client].is_known = true;
}

bool dialogue_is_new(const struct dialogue *dialogue, const struct packet *packet, bool from_client)
{
	const struct dialogue_side *side = &dialogue->sides[from_client];
	return packet->payload_bytes > 0 &&
	       (!side->is_known || sequence_distance(sequence_end(packet), side->next) > 0);
}

void dialogue_add(struct dialogues *dialogues, struct dialogue *dialogue,
	const struct packet *packet, bool from_client, const struct dialogue_listener *listener)
{
	const struct talk talk = {dialogues, dialogue, listener};
	struct dialogue_side *side = &dialogue->sides[from_client];
	struct packet start;
	/* Of the beginning of a segment counts what has come; the whole one comes yet. */
	if (packet->fragment == PACKET_FRAGMENT_FIRST) {
		start = *packet;
		start.payload_bytes = packet->payload_captured_bytes;
		start.ip_bytes = packet->ip_captured_bytes;
		packet = &start;
	}
	if (packet->payload_bytes > 0)
		follow_counting(&talk, packet, from_client);
	bool is_overdue = !acknowledges_said(dialogue, packet, from_client);
	if (side->is_known && sequence_distance(sequence_end(packet), side->next) > 0) {
		if (!is_in_turn(dialogue, packet, from_client)) {
			if (!early_add(dialogues->early, &side->early, packet)) {
				give_up(&talk);
				say_behind_gap(&talk, packet, from_client);
			}
		} else if (packet->payload_bytes > 0) {
			say(&talk, packet, from_client);
			say_ripe(&talk);
		} else {
			side->next = sequence_end(packet);
		}
	}
	wait_on(&talk, is_overdue);
}

void dialogue_finish(struct dialogues *dialogues, struct dialogue *dialogue,
	const struct dialogue_listener *listener)
{
	const struct talk talk = {dialogues, dialogue, listener};
	give_up(&talk);
	say_held(&talk, 0);
}

void dialogue_end(struct dialogues *dialogues, struct dialogue *dialogue)
{
	head_end(dialogues->held, &dialogue->held);
	head_end(dialogues->early, &dialogue->sides[0].early.head);
	head_end(dialogues->early, &dialogue->sides[1].early.head);
}

void dialogues_stats(const struct dialogues *dialogues, struct head_pool_stats *ret_stats)
{
	struct head_pool_stats early;
	head_pool_stats(dialogues->held, ret_stats);
	head_pool_stats(dialogues->early, &early);
	ret_stats->begun += early.begun;
	ret_stats->lost += early.lost;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Segments of one connection in whatever order. Input, for each: flags, place in the stream (2),
 * what it acknowledges (2), length (2). Each byte of a stream follows from its sequence number, so
 * that what is said can be held against what was sent.
 */
#include "flow/dialogue.h"
#include "flow/sequence.h"

#include <stdlib.h>
#include <string.h>

#define SEGMENTS_MAX 200
#define SEGMENT_BYTES 7
#define HEADER_BYTES 40u
#define LENGTH_MAX 2000u
#define ISN 0xffffc000u /* the numbers wrap within the stream */

enum { FROM_CLIENT = 1, SNAPPED = 2, PUSH = 8, ACKNOWLEDGES = 16, FIRST_FRAGMENT = 32 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Sequence number behind what each side has said; [0] the server. */
struct said {
	uint32_t end[2];
	bool is_known[2];
};

static uint8_t byte_at(bool from_client, uint32_t sequence)
{
	return (uint8_t)((sequence * 2654435761u >> 24) ^ (from_client ? 0x5a : 0));
}

static void on_said(void *argument, const struct packet *message, bool from_client)
{
	struct said *said = argument;

	if (message->payload_captured_bytes > message->payload_bytes ||
		message->payload + message->payload_captured_bytes !=
			message->ip + message->ip_captured_bytes)
		abort();
	for (uint32_t i = 0; i < message->payload_captured_bytes; i++)
		if (message->payload[i] != byte_at(from_client, message->tcp_sequence + i))
			abort();
	/* Each byte once, and in order. */
	if (said->is_known[from_client] &&
		sequence_distance(message->tcp_sequence, said->end[from_client]) < 0)
		abort();
	said->is_known[from_client] = true;
	said->end[from_client] = message->tcp_sequence + message->payload_bytes;
}

static void add_segment(struct dialogues *dialogues, struct dialogue *dialogue,
	const uint8_t *input, const struct dialogue_listener *listener)
{
	bool from_client = input[0] & FROM_CLIENT;
	uint32_t length = (uint32_t)(input[5] << 8 | input[6]) % LENGTH_MAX;
	uint32_t captured = input[0] & SNAPPED ? length / 2 : length;
	uint8_t *ip = malloc(HEADER_BYTES + captured); /* exact: a read beyond is found */
	struct packet packet = {
		.source = {{[15] = from_client ? 1 : 2}},
		.destination = {{[15] = from_client ? 2 : 1}},
		.ip_version = 4,
		.transport = 6,
		.fragment =
			input[0] & FIRST_FRAGMENT ? PACKET_FRAGMENT_FIRST : PACKET_FRAGMENT_NONE,
		.tcp_flags = input[0] & (PUSH | ACKNOWLEDGES),
		.tcp_sequence = ISN + (uint32_t)(input[1] << 8 | input[2]),
		.tcp_acknowledgement = ISN + (uint32_t)(input[3] << 8 | input[4]),
		.ip_bytes = HEADER_BYTES + length,
		.ip_captured_bytes = HEADER_BYTES + captured,
		.payload_bytes = length,
		.payload_captured_bytes = captured,
	};

	if (ip == NULL)
		return;
	memset(ip, 0, HEADER_BYTES);
	packet_set_length(ip, 4, packet.ip_bytes);
	for (uint32_t i = 0; i < captured; i++)
		ip[HEADER_BYTES + i] = byte_at(from_client, packet.tcp_sequence + i);
	packet.ip = ip;
	packet.payload = ip + HEADER_BYTES;
	dialogue_add(dialogues, dialogue, &packet, from_client, listener);
	free(ip);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct dialogues *dialogues;
	struct said said = {{0, 0}, {false, false}};
	const struct dialogue_listener listener = {on_said, &said};
	struct dialogue dialogue = {0};

	if (dialogues == NULL && dialogues_new(&dialogues) != 0)
		abort();
	for (int i = 0; i < SEGMENTS_MAX && size >= SEGMENT_BYTES; i++) {
		add_segment(dialogues, &dialogue, data, &listener);
		data += SEGMENT_BYTES;
		size -= SEGMENT_BYTES;
	}
	dialogue_finish(dialogues, &dialogue, &listener);
	dialogue_end(dialogues, &dialogue);
	return 0;
}

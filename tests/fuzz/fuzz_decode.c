/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames hold whatever somebody sends. Input: link type (2 bytes), options (1 byte), then frames,
 * each behind its length (2 bytes); several of them, because fragments are remembered.
 */
#include "packet/decode.h"

#include <stdlib.h>
#include <string.h>

#define LINK_TYPES 300 /* a few more than libpcap has */
#define HEADER_BYTES 3
#define KEEP_TUNNELS 1 /* options */
#define SNAPPED 2

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool keep_tunnel(const void *argument, const struct surgetap_address *source,
	const struct surgetap_address *destination)
{
	(void)argument;
	return address_compare(source, destination) < 0;
}

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void require_sound(const struct frame *frame, const struct packet *packet)
{
	const uint8_t *end = frame->data + frame->captured_bytes;

	/* A datagram put together lies in the decoder's memory. */
	if (packet->fragment != PACKET_FRAGMENT_WHOLE) {
		require(packet->ip >= frame->data && packet->ip <= end);
		require(packet->ip_captured_bytes <= (size_t)(end - packet->ip));
	}
	require(packet->ip_captured_bytes <= packet->ip_bytes);
	require(packet->payload >= packet->ip);
	require(packet->payload + packet->payload_captured_bytes <=
		packet->ip + packet->ip_captured_bytes);
	require(packet->payload_captured_bytes <= packet->payload_bytes);
	require(packet->wire_bytes == frame->wire_bytes);
	require(packet->time_us == frame->time_us);
	require(packet->ip_version == 4 || packet->ip_version == 6);
	require(address_is_ipv4(&packet->source) || packet->ip_version == 6);
	require(packet->fragment <= PACKET_FRAGMENT_WHOLE);
}

/* The frame gets a block of its own, so that a sanitizer sees a read of one byte too many. */
static void decode(struct decoder *decoder, const struct frame *frame)
{
	struct frame copy = *frame;
	struct packet packet, before;
	uint8_t *data = malloc(frame->captured_bytes + !frame->captured_bytes);
	enum packet_verdict verdict;

	require(data != NULL);
	memcpy(data, frame->data, frame->captured_bytes);
	copy.data = data;
	memset(&packet, 0x5a, sizeof(packet));
	memcpy(&before, &packet, sizeof(before));
	verdict = decoder_decode(decoder, &copy, &packet);
	require(verdict < PACKET_VERDICTS && packet_verdict_name(verdict) != NULL);
	if (verdict == PACKET_DECODED)
		require_sound(&copy, &packet);
	else
		require(memcmp(&packet, &before, sizeof(packet)) == 0);
	free(data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct decode_policy policy = {0};
	struct decoder *decoder;
	struct frame frame = {0};

	if (size < HEADER_BYTES)
		return 0;
	frame.link_type = (data[0] << 8 | data[1]) % LINK_TYPES;
	if (data[2] & KEEP_TUNNELS)
		policy.keep_tunnel = keep_tunnel;
	require(decoder_new(&policy, 1, &decoder) == 0);
	for (size_t at = HEADER_BYTES; at + 2 <= size; at += frame.captured_bytes) {
		size_t length = (size_t)data[at] << 8 | data[at + 1];

		at += 2;
		frame.data = data + at;
		frame.captured_bytes = (uint32_t)(length < size - at ? length : size - at);
		frame.wire_bytes = frame.captured_bytes + (data[2] & SNAPPED ? 100 : 0);
		frame.time_us += 1000000;
		decode(decoder, &frame);
	}
	decoder_free(decoder);
	return 0;
}

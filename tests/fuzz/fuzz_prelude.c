/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hostile beginnings of a flow: TCP reassembly, records, DTLS, QUIC, hellos, fingerprints. Input:
 * transport (even TCP, odd UDP), then payloads, each with a byte of flags (1 from the server, 2
 * snapped, 4 a second flow), a sequence number (2), a length (2) and the bytes.
 */
#include "flow/prelude.h"

#include <stdlib.h>
#include <string.h>

#define PAYLOADS_MAX 256
#define HEADER_BYTES 5

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct preludes *preludes;

static void check(bool holds)
{
	if (!holds)
		abort();
}

/* Only a whole hello has a fingerprint; a buffer is kept for what is pending alone. */
static void check_flow(const struct prelude *prelude)
{
	const struct handshake *handshake = &prelude->handshake;
	struct verdict verdict = {0};

	prelude_tell(prelude, &verdict);
	check(strlen(handshake->sni) < sizeof handshake->sni);
	check(strlen(handshake->alpn) < sizeof handshake->alpn);
	check(!verdict.ja4 || strlen(verdict.ja4) == FINGERPRINT_JA4_SIZE - 1);
	check(!verdict.ja3 || strlen(verdict.ja3) == FINGERPRINT_JA3_SIZE - 1);
	check(!verdict.ja4 || handshake->hello == SURGETAP_HELLO_WHOLE);
	check(handshake->hello == SURGETAP_HELLO_PENDING || !handshake->datagrams.buffer);
}

/* A copy of exactly the captured bytes, so that a read beyond them is found. */
static void show(struct prelude *prelude, uint8_t transport, const uint8_t *head, uint32_t count)
{
	uint8_t *copy = malloc(count);
	const struct packet packet = {.transport = transport,
		.tcp_sequence = (uint32_t)head[1] << 8 | head[2],
		.payload = copy,
		.payload_bytes = count + (head[0] & 2 ? 10 : 0),
		.payload_captured_bytes = count};

	if (!copy)
		return;
	memcpy(copy, head + HEADER_BYTES, count);
	prelude_add(preludes, prelude, &packet, !(head[0] & 1));
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct prelude flows[2] = {0};
	uint8_t transport = size > 0 && data[0] & 1 ? 17 : 6;

	if (!preludes)
		check(preludes_new(true, &preludes) == 0);
	for (size_t at = 1, i = 0; i < PAYLOADS_MAX && size >= at + HEADER_BYTES + 1; i++) {
		const uint8_t *head = data + at;
		struct prelude *prelude = &flows[head[0] & 4 ? 1 : 0];
		size_t count = (size_t)head[3] << 8 | head[4];

		at += HEADER_BYTES;
		if (count > size - at)
			count = size - at;
		if (count > 0)
			show(prelude, transport, head, (uint32_t)count);
		check_flow(prelude);
		at += count;
	}
	for (size_t i = 0; i < 2; i++) {
		prelude_finish(preludes, &flows[i]);
		check(flows[i].handshake.hello != SURGETAP_HELLO_PENDING);
		prelude_end(preludes, &flows[i]);
		check_flow(&flows[i]);
	}
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_OPENED_CLASSIFIER_H
#define TESTS_OPENED_CLASSIFIER_H
/* A classifier for a group of tests, and what it says of one packet. */
#include "flow/classify.h"

#include "tests/unit/flow_packets.h"
#include "tests/unit/frame_bytes.h"

static struct classifier *classifier;

static inline int open_classifier(void **state)
{
	(void)state;
	return classifier_new(&classifier);
}

static inline int close_classifier(void **state)
{
	(void)state;
	classifier_free(classifier);
	classifier_free(NULL);
	return 0;
}

/* A DNS query for "<label>.example", of which the capture has `captured_bytes` of IP. */
static inline struct packet query_for(
	struct bytes *bytes, const char *label, uint32_t captured_bytes)
{
	static const char head[] = "\x12\x34\x01\0\0\x01\0\0\0\0\0\0";
	static const char tail[] = "\x07"
				   "example\0\0\x01\0\x01";
	unsigned length = (unsigned)strlen(label);
	unsigned dns_bytes = sizeof head - 1 + 1 + length + sizeof tail - 1;
	struct packet packet;

	put_ipv4(bytes, 17, 8 + dns_bytes);
	put_udp(bytes, 53, dns_bytes);
	put(bytes, head, sizeof head - 1);
	put8(bytes, length);
	put(bytes, label, length);
	put(bytes, tail, sizeof tail - 1);
	assert_int_equal(decode_snapped(LINK_RAW, bytes, bytes->size, &packet), PACKET_DECODED);
	packet.ip = bytes->data;
	packet.ip_captured_bytes = captured_bytes ? captured_bytes : bytes->size;
	packet.payload = bytes->data + 28;
	return packet;
}

static inline struct verdict judge(const struct packet *packet, bool give_up)
{
	void *memory = test_calloc(1, classifier_state_size());
	struct verdict verdict;

	classifier_begin(memory, false);
	classifier_inspect(classifier, memory, packet);
	classifier_decide(classifier, memory, give_up, &verdict);
	classifier_end(memory);
	test_free(memory);
	verdict.sni = verdict.alpn = verdict.ja3 = verdict.ja4 = NULL;
	return verdict;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_CLASSIFY_H
#define FLOW_CLASSIFY_H
/*
 * What a flow speaks, by nDPI. classify.c is the only file that knows nDPI; here a flow's state in
 * nDPI is so many bytes of the caller's memory, and the verdict is a value.
 *
 * One classifier for each worker: all calls with one classifier, and with the states made by it,
 * come from one thread. Classifiers are made one after the other (nDPI's own rule).
 */
#include "packet/packet.h"

/* Packets of a flow that brought something new, after which nDPI has to decide. Measured: 1 of
 * 8,433 flows then gets another verdict than with nDPI's full budget. */
#define CLASSIFY_PACKETS_TCP 24
#define CLASSIFY_PACKETS_OTHER 12

#define CLASSIFY_COMMUNITY_ID_SIZE 31 /* "1:", 28 characters of base64 and NUL */

/* nDPI's word on a flow. Names are static for the life of the classifier; sni, alpn, ja3 and ja4
 * point into the flow's state and are NULL where unknown. ja3 and ja4 are known of QUIC alone: of
 * other hellos nDPI does not see what they are made of (prelude_tell fills them in). */
struct verdict {
	uint16_t protocol_id, master_id; /* nDPI's numbers: valid for this run only */
	uint8_t category_id;
	enum surgetap_confidence confidence;
	uint64_t risk;
	const char *sni, *alpn, *ja3, *ja4;
	uint16_t tls_version;
	bool tls_self_signed;
};

struct classifier;

/* Returns 0, -ENOMEM, or -ELIBACC when the library that was loaded does not fit the headers that
 * the program was built with. */
int classifier_new(struct classifier **ret_classifier);
void classifier_free(struct classifier *classifier);

/* Bytes of state that nDPI needs for one flow. */
size_t classifier_state_size(void);

/* Prepares `state` (classifier_state_size() bytes, zeroed, aligned for pointers) for a new flow.
 * With `has_handshake` the flow is TCP and its handshake was seen, but will not be shown. */
void classifier_begin(void *state, bool has_handshake);

/* Shows nDPI one packet. Packets that the capture has cut short are shown as far as they go; later
 * fragments are passed over. Returns true when nDPI is done with the flow. */
bool classifier_inspect(struct classifier *classifier, void *state, const struct packet *packet);

/* True when the packets shown so far have named the flow's protocol. */
bool classifier_has_name(const void *state);

/* nDPI's verdict so far; with `give_up` its last word, guesses included. */
void classifier_decide(
	struct classifier *classifier, void *state, bool give_up, struct verdict *ret_verdict);

/* Frees what nDPI has allocated for the flow; the memory of `state` stays the caller's. */
void classifier_end(void *state);

/* nDPI's name of a protocol in lower case ("unknown" for 0), of a category as nDPI spells it. */
const char *classifier_protocol_name(const struct classifier *classifier, uint16_t protocol_id);
const char *classifier_category_name(const struct classifier *classifier, uint8_t category_id);

/* The Community ID (version 1, seed 0) of a flow. ICMP: ports are type and code. Writes "" for a
 * transport without one. Source: github.com/corelight/community-id-spec. */
void classify_community_id(const struct surgetap_endpoint *client,
	const struct surgetap_endpoint *server, uint8_t ip_version, uint8_t transport,
	char ret_text[CLASSIFY_COMMUNITY_ID_SIZE]);

/* The version of nDPI found at run time. */
const char *classify_library_version(void);

#endif

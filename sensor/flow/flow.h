/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_FLOW_H
#define FLOW_FLOW_H
/* A flow: all packets of one 5-tuple in both directions, as the sensor remembers it. */
#include "base/pack.h"
#include "flow/key.h"
#include "flow/technique.h"

#define FLOW_NO_INSPECTION UINT32_MAX

/* How long a flow may stay silent; also the order in which flows give way when the table is full.
 */
enum flow_life {
	FLOW_LIFE_UNANSWERED, /* one side only so far */
	FLOW_LIFE_CLOSED,     /* TCP: both FINs, or a RST */
	FLOW_LIFE_DATAGRAM,   /* answered, no connection */
	FLOW_LIFE_STREAM,     /* answered TCP */
	FLOW_LIVES
};

/* Why a flow has left the table. */
enum flow_end {
	FLOW_END_IDLE,
	FLOW_END_REUSED,    /* a new connection took the 5-tuple over */
	FLOW_END_EVICTED,   /* the table was full */
	FLOW_END_CAPTURE,   /* no more packets */
	FLOW_END_UNWATCHED, /* other ranges are watched now */
	FLOW_ENDS
};

struct flow {
	struct flow_key key;
	uint32_t hash, next;           /* chain of the hash bucket */
	uint32_t newer, older;         /* list of its life, by last packet */
	int64_t listed_us;             /* packet clock at its last packet, exact to a second */
	int64_t start_us, last_us;     /* time stamps of the packets themselves, for people */
	uint64_t packets[2], bytes[2]; /* [0] from the client, [1] from the server; wire bytes */
	uint64_t excluded_bytes;       /* of both sides, see flow_metered_bytes */
	uint32_t range;                /* watched range of the watched end, or RANGE_NONE */
	uint32_t inspection;           /* index of its inspection, or FLOW_NO_INSPECTION */
	uint32_t minute;               /* minute in which its host was last marked as present */
	technique_set tunnels;         /* techniques in use, guesses left out */
	technique_set contacts;        /* contacts with a provider, no use */
	technique_set suspected;       /* guesses alone */
	technique_set counted;         /* of `tunnels`, those the meter has counted */
	uint32_t sequences[2]; /* TCP: of each side's first payload byte, where `syns` says so */
	uint16_t protocol_id, master_id;
	uint16_t icmp_type_code; /* of the first packet, for the Community ID */
	uint8_t category_id, confidence;
	uint8_t life;        /* enum flow_life */
	uint8_t syns;        /* seen: bit 0 from the client, bit 1 from the server */
	uint8_t fins;        /* bit 0 from the client, bit 1 from the server */
	bool client_is_high; /* which end of the key is the client */
	bool answered;
	bool complete;   /* seen from its first packet */
	bool is_inbound; /* the watched end is the server */
	bool is_timely;  /* one packet at least came at its time */
	bool is_decided; /* no more inspection */
	bool is_metered; /* counted in the range's totals */
	bool is_settled; /* its guesses are counted */
	bool is_resumed; /* from a run before: what that one found of it stays found */
};

/* The two ends of a flow. */
struct surgetap_endpoint flow_client(const struct flow *flow);
struct surgetap_endpoint flow_server(const struct flow *flow);

/* The watched end's address, and the far one's. */
struct surgetap_address flow_watched_host(const struct flow *flow);
struct surgetap_address flow_far_host(const struct flow *flow);

/* A number for a flow that is the same in every run: 53 bits (exact in a JSON number), from the
 * 5-tuple and the start time. */
uint64_t flow_id(const struct flow *flow);

/* Wire bytes of both sides that count in the buckets of its range: not those of packets whose time
 * was not believed, nor those of the time before the flow was moved to this range. */
uint64_t flow_metered_bytes(const struct flow *flow);

/* Puts a flow under way into another range, or on the other side of one. Nothing happens when it is
 * there already. Else it is counted anew there, from now on: what it has sent so far, its guesses
 * and its example belong where it was. */
void flow_move(struct flow *flow, uint32_t range, bool is_inbound);

/* Packs what is remembered of the flow: all but its place in the table and its inspection, which is
 * begun anew if it was not over. */
void flow_save(const struct flow *flow, struct pack_writer *writer);

/* Takes a packed flow. Its range and its sets of techniques have the numbers of the run that saved
 * it. Bytes that make no sense are told by the reader's error. */
void flow_load(struct pack_reader *reader, struct flow *ret_flow);

/* The transport's name as Suricata writes it: "TCP", "UDP", "IPv6-ICMP" ...; three digits for
 * others. */
#define FLOW_TRANSPORT_SIZE 8
const char *flow_transport_name(uint8_t transport, char ret_text[FLOW_TRANSPORT_SIZE]);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VPN_RECIPE_H
#define VPN_RECIPE_H
/*
 * Recipes: how a VPN protocol shows itself in the first payloads of a flow. A recipe reads a
 * payload, keeps what it must remember in its own part of struct vpn_memory, and names a match when
 * it has seen enough.
 */
#include <surgetap/bytes.h>
#include <surgetap/inside.h>
#include <surgetap/payload.h>

#include <string.h>

/* Payloads of a flow that recipes see. Every handshake below is complete by then, unless OpenVPN's
 * comes in small segments. */
#define VPN_PAYLOADS 12
#define VPN_PAYLOADS_PENDING 24

#define VPN_OPENVPN_HEAD 11 /* length prefix, opcode, session id */

/* What was seen, for people, and what it is worth. */
struct vpn_match {
	enum surgetap_grade grade;
	uint8_t confidence_percent;
	const char *reason;
	uint8_t companion; /* transport of a second flow that goes with it; 0 for none */
};

/* A constant field and a number that counts up, as data packets of most tunnels have. */
struct vpn_counter {
	uint64_t id;
	uint32_t value;
	uint8_t run; /* packets in a row that fit; 0 before the first */
};

struct vpn_openvpn_side {
	uint64_t session;
	uint32_t bytes;                 /* of the reset, without the length prefix of TCP */
	uint8_t opcode;                 /* of the reset; 0 before one was seen */
	uint8_t controls;               /* control packets of one session, without its reset */
	uint8_t head[VPN_OPENVPN_HEAD]; /* TCP: start of the stream, put together from segments */
	uint8_t head_bytes;
	uint8_t first; /* byte of the first message, scrambled or not */
	uint16_t first_bytes;
	struct vpn_counter data;
};

struct vpn_wireguard_side {
	uint32_t sender; /* index in its initiation or response */
	uint8_t type;    /* 1 or 2 when one was seen */
};

struct vpn_static {
	uint8_t run;      /* payloads from the first on that fit */
	uint8_t any, all; /* bits set in any, in all of their first bytes */
	uint8_t sides;    /* 1 the client, 2 the server */
	uint16_t bytes;   /* length of the first */
	bool varies;      /* another length was seen */
};

/* n2n's registration, or packets of one community. */
struct vpn_n2n {
	uint8_t from; /* of the registration: 1 the client, 2 the server; 0 before one was seen */
	uint8_t sender[6];
	uint8_t packets; /* of the community */
	char name[8];    /* how the community's name begins */
};

/* ZeroTier's addresses. */
struct vpn_zerotier {
	uint8_t from; /* 1 the client, 2 the server; 0 before a message was seen */
	uint8_t receiver[5], sender[5];
};

struct vpn_nested_message {
	uint16_t bytes;
	bool from_client;
};

#define VPN_NESTED_OPENINGS 4

/* What is inside TLS, by size. */
struct vpn_nested {
	struct surgetap_inside inside;
	struct vpn_nested_message last[2]; /* the two before the one at hand, in their order */
	uint16_t first;                    /* bytes of the client's first message */
	/* for each way in which TCP may open: the size of its bare acknowledgement, 0 for none, and
	 * how many such the client has sent since */
	uint8_t bare[VPN_NESTED_OPENINGS], bare_count[VPN_NESTED_OPENINGS];
	uint8_t asked; /* messages of the client */
	bool is_reset_answered, is_sstp_asked;
};

/* Arrays: [0] from the server, [1] from the client. At most 256 bytes, zero at start. */
struct vpn_memory {
	struct vpn_openvpn_side openvpn[2];
	struct vpn_wireguard_side wireguard[2];
	/* data packets: WireGuard's count in little-endian, Nebula's in big-endian, so that the
	 * bytes 12 to 15 are zero in those and not in these */
	struct vpn_counter data[2];
	uint8_t datagrams_ahead; /* of the client, before the server's first */
	bool is_answered;
	bool may_be_openconnect; /* by its hello in DTLS */
	bool is_no_question;     /* the first payload is none to DNS, whatever its port */
	bool nebula_asked;
	struct vpn_n2n n2n;
	struct vpn_zerotier zerotier;
	uint8_t dns_tunnel; /* messages with a type of record that tunnels use */
	struct vpn_static static_key;
	struct vpn_nested nested;
	uint8_t esp_run; /* over both directions, the longer one */
	struct {
		uint32_t spi, sequence;
	} esp[2];
};

struct vpn_recipe {
	uint8_t transport;
	const struct vpn_match *(*inspect)(struct vpn_memory *memory,
		const struct surgetap_flow *flow, const struct surgetap_payload *payload);
};

/* All recipes; ended by transport 0. */
extern const struct vpn_recipe vpn_recipes[];

/* OpenVPN: with a handshake, in openvpn.c; with a static key, in covert.c. */
const struct vpn_match *vpn_openvpn_udp(struct vpn_memory *memory, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload);
const struct vpn_match *vpn_openvpn_tcp(struct vpn_memory *memory, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload);
const struct vpn_match *vpn_openvpn_static(struct vpn_memory *memory,
	const struct surgetap_flow *flow, const struct surgetap_payload *payload);
const struct vpn_match *vpn_openvpn_static_tcp(struct vpn_memory *memory,
	const struct surgetap_flow *flow, const struct surgetap_payload *payload);

/* WireGuard, as it is and as providers alter it; over TCP with lengths in front. */
const struct vpn_match *vpn_wireguard(struct vpn_memory *memory, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload);
const struct vpn_match *vpn_wireguard_tcp(struct vpn_memory *memory,
	const struct surgetap_flow *flow, const struct surgetap_payload *payload);

/* ipsec.c */
const struct vpn_match *vpn_ike(struct vpn_memory *memory, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload);
const struct vpn_match *vpn_esp_in_udp(struct vpn_memory *memory, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload);
const struct vpn_match *vpn_l2tp(struct vpn_memory *memory, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload);
const struct vpn_match *vpn_pptp(struct vpn_memory *memory, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload);

/* mesh.c */
const struct vpn_match *vpn_tinc(struct vpn_memory *memory, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload);
const struct vpn_match *vpn_tailscale(struct vpn_memory *memory, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload);
const struct vpn_match *vpn_nebula(struct vpn_memory *memory, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload);
const struct vpn_match *vpn_nebula_data(struct vpn_memory *memory, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload);
const struct vpn_match *vpn_n2n(struct vpn_memory *memory, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload);
const struct vpn_match *vpn_n2n_packets(struct vpn_memory *memory, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload);
const struct vpn_match *vpn_zerotier(struct vpn_memory *memory, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload);
const struct vpn_match *vpn_zerotier_addresses(struct vpn_memory *memory,
	const struct surgetap_flow *flow, const struct surgetap_payload *payload);

/* gateway.c */
const struct vpn_match *vpn_softether(struct vpn_memory *memory, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload);
const struct vpn_match *vpn_anyconnect(struct vpn_memory *memory, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload);
const struct vpn_match *vpn_openconnect_hello(struct vpn_memory *memory,
	const struct surgetap_flow *flow, const struct surgetap_payload *payload);
const struct vpn_match *vpn_openconnect_key(struct vpn_memory *memory,
	const struct surgetap_flow *flow, const struct surgetap_payload *payload);

/* Tunnels within DNS, in covert.c; inside TLS, in nested.c. */
const struct vpn_match *vpn_iodine(struct vpn_memory *memory, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload);
const struct vpn_match *vpn_iodine_data(struct vpn_memory *memory, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload);
const struct vpn_match *vpn_nested(struct vpn_memory *memory, const struct surgetap_flow *flow,
	const struct surgetap_payload *payload);

/* TLS is under way that can be followed. */
static inline bool vpn_may_nest(const struct vpn_memory *memory)
{
	return memory->nested.inside.overhead > 0 && !memory->nested.inside.is_foreign;
}

/* The tap sees one side's packets alone. */
static inline bool vpn_is_one_way(const struct surgetap_flow *flow)
{
	return flow->packets_to_client == 0 || flow->packets_to_server == 0;
}

/* Several datagrams before the first answer: AmneziaWG sends junk ahead of its handshake. */
static inline bool vpn_may_be_altered(const struct vpn_memory *memory)
{
	return memory->datagrams_ahead > 2;
}

/* Something was seen that OpenVPN begins with, or goes on with. */
static inline bool vpn_may_be_openvpn(const struct vpn_memory *memory)
{
	return (memory->openvpn[0].opcode | memory->openvpn[1].opcode |
		       memory->openvpn[0].controls | memory->openvpn[1].controls) != 0;
}

/* A data packet was seen that counts as WireGuard's and Nebula's do. */
static inline bool vpn_has_counter(const struct vpn_memory *memory)
{
	return (memory->data[0].run | memory->data[1].run) != 0;
}

/* How many payloads recipes want to see of a flow with this memory. */
static inline uint8_t vpn_payloads(const struct vpn_memory *memory)
{
	return vpn_may_be_openvpn(memory) || vpn_may_nest(memory) || vpn_may_be_altered(memory)
		       ? VPN_PAYLOADS_PENDING
		       : VPN_PAYLOADS;
}

/* Counts packets in a row with the same id whose value rises by less than 1024. Returns the run. */
static inline uint8_t vpn_counter_run(struct vpn_counter *counter, uint64_t id, uint32_t value)
{
	bool fits = counter->run > 0 && counter->id == id && value > counter->value &&
		    value - counter->value < 1024;

	counter->run = fits ? (uint8_t)(counter->run + (counter->run < 255)) : 1;
	counter->id = id;
	counter->value = value;
	return counter->run;
}

#endif

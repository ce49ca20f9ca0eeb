/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ALERT_ALERT_H
#define ALERT_ALERT_H
/*
 * An alert as a value: everything that its EVE record says, nothing that needs to be looked up.
 * Built by the analyst from a detector's event and the witness of the flows that moved.
 */
#include "packet/address.h"

#define ALERT_ID_SIZE 33           /* 32 hexadecimal digits */
#define ALERT_COMMUNITY_ID_SIZE 31 /* "1:" and 28 characters of base64 */
#define ALERT_TOP_MAX 10           /* hosts, and peers */
#define ALERT_EXAMPLES_MAX 5
#define ALERT_PREFIXES_MAX 16 /* prefixes of a range that are spelled out */
#define ALERT_LISTS_MAX 8
#define ALERT_REASON_SIZE 96

enum alert_state {
	ALERT_OPEN,
	ALERT_UPDATE,
	ALERT_CLOSE,
	ALERT_NOTICE, /* first use ever of a technique by a range: one shot, severity low */
	ALERT_TREND,  /* slow rise: 28 days against the reference period, once per doubling */
};

/* Counts of one window: flows and bytes of all of it, distinct hosts of a bucket, on average over
 * those that were seen. */
struct alert_counts {
	double hosts, flows, bytes;
};

/* The same technique in the control group, in the same window. */
struct alert_control {
	bool is_known;
	double hosts;                           /* active ones */
	struct alert_counts observed, expected; /* bytes are not used */
	uint32_t scale_s;                       /* of the buckets that were added up */
	double ratio, ratio_low, ratio_high, excess_ratio;
	const char *verdict; /* static text: "own", "shared", "unknown" */
};

/* How the range's hosts moved. */
struct alert_coordination {
	bool is_known, has_times; /* without times nothing is said of when */
	double active_hosts, moved_hosts, moved_share, p_value;
	uint32_t half_within_s;
};

/* One flow that shows what moved. */
struct alert_example {
	struct surgetap_endpoint client, server;
	uint8_t ip_version, transport;
	uint64_t flow_id;
	char community_id[ALERT_COMMUNITY_ID_SIZE];
	char app_proto[32]; /* nDPI's name, lower case */
	char reason[ALERT_REASON_SIZE];
};

struct alert_host {
	struct surgetap_address address;
	uint64_t flows;
};

struct alert_peer {
	struct surgetap_address address;
	uint64_t flows;
	struct surgetap_place place;
};

/* A list that the evidence relied on ("tor_relays", "valid-after 2026-11-20 09:00:00"). */
struct alert_list {
	char name[32], state[96];
};

struct alert {
	char id[ALERT_ID_SIZE];
	enum alert_state state;
	const char *close_reason; /* static text: "back to baseline", "new normal"; NULL unless
				     closing */
	int64_t time_us;          /* when it was raised: end of the bucket that closed */
	char range[64];
	char prefixes[ALERT_PREFIXES_MAX][50]; /* CIDR text */
	uint32_t prefix_count;                 /* entries of `prefixes` in use */
	uint32_t prefix_total; /* prefixes of the range, including those not spelled out */
	char technique[24];
	const char *mitre_tactic, *mitre_technique; /* NULL if none; owned by the plugin */
	uint32_t signature_id;
	uint8_t severity;
	uint32_t scale_s;
	int64_t window_start_s, window_end_s;
	const char *metric;                     /* static text: "hosts" or "flows" */
	struct alert_counts observed, expected; /* expected.bytes is not used */
	double distinct_hosts;                  /* of all of the window */
	const char *method;                     /* static text: "absolute", "share" or "local" */
	uint64_t samples;
	double ratio, rise_percent;
	double share_observed, share_expected; /* of the deciding metric, 0..1 */
	double score, odds, p_value, coverage;
	bool learning;
	struct alert_control control;
	struct alert_coordination coordination;
	struct alert_host hosts[ALERT_TOP_MAX];
	struct alert_peer peers[ALERT_TOP_MAX];
	struct alert_example examples[ALERT_EXAMPLES_MAX];
	struct alert_list lists[ALERT_LISTS_MAX];
	uint32_t host_count, peer_count, example_count, list_count;
};

/* The id of an episode: depends on range, technique and onset bucket (Unix s) and nothing else, so
 * that it is the same in every run, on every sensor, for any number of workers. */
void alert_make_id(
	const char *range, const char *technique, int64_t onset_s, char ret_id[ALERT_ID_SIZE]);

/* 1900001 vpn, 1900002 tor, 1900003 tls, 1900004 vps, 1900005 opsec, 1900006 proxy ...; a technique
 * that the table does not know gets 1900100 + a hash of its name below 900. */
uint32_t alert_signature_id(const char *technique);

#endif

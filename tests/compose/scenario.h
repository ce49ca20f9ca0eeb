/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPOSE_SCENARIO_H
#define COMPOSE_SCENARIO_H
/*
 * A scenario file as values: what README.md describes, loaded by libcyaml and checked. Members
 * named
 * `..._text` hold what the file says, the members next to them what it means.
 */
#include "complaint.h"
#include "prefix.h"
#include "rhythm.h"

#include <stdbool.h>
#include <stdint.h>

/* Bounds of the lists and numbers a scenario may hold. */
#define SCENARIO_KINDS_MAX 64
#define SCENARIO_LIST_MAX 256
#define SCENARIO_HOSTS_MAX 1000000
#define SCENARIO_FLOWS_MAX 1e6 /* of one kind in one hour, also during a jump */

enum scenario_transport {
	SCENARIO_TRANSPORT_ANY = 0,
	SCENARIO_TRANSPORT_TCP = 6,
	SCENARIO_TRANSPORT_UDP = 17,
};

enum scenario_noise {
	SCENARIO_NOISE_EVEN,    /* exact counts, evenly spread over the hour */
	SCENARIO_NOISE_POISSON, /* independent arrivals */
	SCENARIO_NOISE_BURSTY,  /* a level that wanders, flows that come in bursts */
};

/* A set of watched hosts, spread evenly over a prefix. */
struct scenario_range {
	char *name;
	char *prefix_text;
	uint32_t hosts;
	struct prefix prefix;
};

struct scenario_source {
	char *file;    /* after loading: relative to the working directory */
	uint16_t port; /* the server's; 0 takes any */
	enum scenario_transport transport;
};

struct scenario_gap {
	char *at_text, *for_text;
	int64_t from_us, until_us;
};

struct scenario_jump {
	char *at_text, *for_text;
	double factor;
	double *hosts; /* factor of the distinct hosts; NULL: as `factor` */
	int64_t from_us, until_us;
};

struct scenario_shift {
	char *at_text, *by_text;
	int64_t at_us, by_us;
};

struct scenario_rhythm {
	char *name;
	double *hours;    /* 24 weights */
	double *weekdays; /* 7 weights, Monday first; NULL: all alike */
	struct rhythm rhythm;
};

/* Parameters of SCENARIO_NOISE_BURSTY: the logarithm of the level is a first-order autoregression.
 */
struct scenario_bursty {
	double spread;     /* standard deviation of that logarithm */
	double memory_h;   /* after so many hours the autocorrelation has fallen to 1/e */
	double burst;      /* mean number of flows that start together, at least 1 */
	double day_spread; /* standard deviation of the logarithm of an effect common to a day */
};

struct scenario_kind {
	char *name;
	char *watched; /* name of a range; NULL: the first one */
	struct scenario_source *sources;
	double flows; /* in the busiest hour of the week, before growth and jumps */
	double hosts; /* distinct clients in that hour */
	double pool;  /* distinct clients that ever take part before growth and jumps; 0: `hosts` */
	char **peers; /* prefixes; NULL keeps the addresses of the capture */
	uint32_t peer_hosts;   /* distinct peers laid out over `peers`; 0: 16 */
	uint16_t server_port;  /* 0 keeps the capture's */
	uint16_t packets;      /* most packets of a flow; 0: no limit but that of template.h */
	char *squeeze_text;    /* longest duration of a flow; NULL: as captured */
	char *rhythm_name;     /* NULL: flat */
	double growth_percent; /* a week */
	enum scenario_noise noise;
	struct scenario_bursty *bursty;
	struct scenario_jump *jumps;
	char *from_text, *until_text;
	bool apart;      /* its clients are no other apart kind's */
	bool inbound;    /* the watched hosts are the servers, the peers their clients */
	bool unanswered; /* the server's packets are left out */
	unsigned sources_count, peers_count, jumps_count;

	const struct scenario_range *range;
	uint32_t slice_first,
		slice_hosts; /* of the range's hosts in the order the kind sees them */
	const struct rhythm *rhythm;
	struct prefix *peer_prefixes; /* peers_count of them */
	int64_t squeeze_us;           /* 0: as captured */
	int64_t from_us, until_us;
};

struct scenario {
	char *start_text, *duration_text, *utc_offset_text;
	uint64_t seed;
	struct scenario_range *watched;
	struct scenario_rhythm *rhythms;
	struct scenario_kind *kinds;
	struct scenario_gap *gaps;
	struct scenario_shift *shifts;
	unsigned watched_count, rhythms_count, kinds_count, gaps_count, shifts_count;

	int64_t start_us, end_us;
	int64_t utc_offset_us; /* of the clock the watched people live by */
};

/*
 * Loads and checks the scenario at `path`. Returns 0; -ENOENT or another -errno when the file can
 * not be read; -EINVAL when it is wrong. `complaint` then says where: file:line:column as far as
 * the YAML itself is wrong, the names of file, kind and key where a value is.
 */
int scenario_load(const char *path, struct scenario **ret_scenario, struct complaint *complaint);

void scenario_free(struct scenario *scenario);

/* Fills in everything that follows from the texts; the second half of scenario_load. Returns 0,
 * -EINVAL or -ENOMEM. */
int scenario_check(struct scenario *scenario, const char *path, struct complaint *complaint);

/* By how much the jumps under way at `time_us` multiply flows and distinct hosts. */
void scenario_kind_factors(
	const struct scenario_kind *kind, int64_t time_us, double *ret_flows, double *ret_hosts);

/* Growth since `start_us`: (1 + percent/100) to the power of whole weeks, straight in between. */
double scenario_kind_growth(const struct scenario_kind *kind, int64_t start_us, int64_t time_us);

#endif

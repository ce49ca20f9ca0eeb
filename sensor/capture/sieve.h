/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CAPTURE_SIEVE_H
#define CAPTURE_SIEVE_H
/*
 * What the kernel lets through to one handle of libpcap: the watched prefixes and the operator's
 * expression (filter.h), and packets of one interface alone where the handle gets those of all.
 */
#include "capture/filter.h"

struct capture_live_settings;

/* Zeroed at first but for `pcap` and `descriptor`; ends with sieve_done. */
struct sieve {
	struct pcap *pcap; /* the caller's, active */
	int descriptor;    /* of its socket */
	bool is_filtering; /* libpcap drops packets by itself */
	/* Set by sieve_restrict: the program that is attached, and the interface in it. */
	struct filter_program *restricted;
	uint32_t index;
	char note[FILTER_REASON_SIZE]; /* how the kernel filters, if not as it was told; or "" */
};

/* Whether the operator's expression can be translated for this handle. Returns 0, -EINVAL or
 * -ENOMEM with `ret_reason` filled. */
int sieve_check(const struct sieve *sieve, const struct capture_live_settings *settings,
	char ret_reason[FILTER_REASON_SIZE]);

/* Lets through what settings->filter, ->prefixes, ->sample and ->snaplen say from now on, in place
 * of what was set before, and fills sieve->note. Returns as sieve_check does. */
int sieve_set(struct sieve *sieve, const struct capture_live_settings *settings,
	char ret_reason[FILTER_REASON_SIZE]);

/* Sets the same, and lets nothing through but packets of the interface `index`. Returns 0;
 * -EOPNOTSUPP where libpcap makes link headers of its own; or as sieve_set. */
int sieve_restrict(struct sieve *sieve, const struct capture_live_settings *settings,
	uint32_t index, char ret_reason[FILTER_REASON_SIZE]);

/* The interface has another index now. Returns 0 or -errno. */
int sieve_move(struct sieve *sieve, uint32_t index);

void sieve_done(struct sieve *sieve);

#endif

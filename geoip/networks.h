/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GEOIP_NETWORKS_H
#define GEOIP_NETWORKS_H
/*
 * What kind of network an autonomous system is. The rows of a file go before those of the built-in
 * table (networks_table.c). Its lines are `ASN,kind,name`: ASN as a number or AS<number>, kind one
 * of rentable, hyperscaler, cdn, vpn, or unknown, which takes a row of the table out; blank lines
 * and lines that begin with # do not count.
 */
#include "geoip/geoip.h"

#define NETWORKS_MAX 100000u     /* rows of a file */
#define NETWORKS_LINE_MAX 511u   /* bytes of a line */
#define NETWORKS_FAULTS_TOLD 10u /* faulty lines of one file that are told, the rest is counted */

struct network {
	uint32_t asn;
	enum surgetap_network kind;
	const char *name;
	const char *source; /* where the kind is known from */
	unsigned line;      /* of the file, from 1; 0 in the built-in table */
};

struct networks;

/* The built-in table, ascending by ASN. */
extern const struct network networks_builtin[];
extern const size_t networks_builtin_count;

/*
 * Reads `file` on top of the built-in table; NULL is the table alone. Returns 0; -ENOMEM; -errno of
 * a file that cannot be read; or -EINVAL. The listener is told of the file, or of each faulty line
 * as FILE:LINE: a field that is missing or wrong, or an ASN that an earlier line gives another
 * kind.
 */
int networks_new(
	const struct geoip_listener *listener, const char *file, struct networks **ret_networks);

/* Accepts NULL. */
void networks_free(struct networks *networks);

/* The row of an ASN, or NULL; the kind of a row may be unknown. It lives as long as `networks`. */
const struct network *networks_find(const struct networks *networks, uint32_t asn);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_TECHNIQUE_H
#define FLOW_TECHNIQUE_H
/*
 * The techniques known in this run: small numbers for names. A set of techniques is a bit set.
 * The composite `opsec` (flows and hosts using at least one technique marked so) is always there.
 */
#include <surgetap/plugin.h>

#define TECHNIQUES_MAX 32
#define TECHNIQUE_OPSEC 0 /* number of the composite */
#define TECHNIQUE_NAME_SIZE 24

typedef uint32_t technique_set;

struct technique_table {
	uint32_t count;
	technique_set opsec; /* techniques that belong to the composite */
	/* Their bits, 0 if absent: for the precedence tor > vpn > vps, and for what a proxy on a
	 * rentable network is. */
	technique_set vpn, tor, vps, proxy;
	struct surgetap_technique entries[TECHNIQUES_MAX];
};

/* A table holding `opsec` alone. */
void technique_table_init(struct technique_table *table);

/* Adds a technique or finds the one of the same name. Returns its number, -EINVAL for a name that
 * breaks the rules of plugin.h, -ENOSPC when the table is full. Strings stay the plugin's. */
int technique_table_add(struct technique_table *table, const struct surgetap_technique *technique);

/* The number of a name, or -ENOENT. */
int technique_table_find(const struct technique_table *table, const char *name);

/* "dpi", "list", "heuristic", "cache", "guess". */
const char *technique_grade_name(enum surgetap_grade grade);

/* "tunnel", "contact". */
const char *technique_kind_name(enum surgetap_kind kind);

#endif

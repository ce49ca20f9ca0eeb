/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/technique.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

static const struct surgetap_technique opsec = {
	.name = "opsec",
	.summary = "hosts and flows using at least one of vpn, tor, tls and vps",
	.mitre_tactic = "TA0011",
	.mitre_technique = NULL,
	.severity = 2,
};

void technique_table_init(struct technique_table *table)
{
	*table = (struct technique_table){.count = 1, .entries = {[TECHNIQUE_OPSEC] = opsec}};
}

static bool is_valid_name(const char *name)
{
	size_t length = name ? strlen(name) : 0;
	if (length == 0 || length >= TECHNIQUE_NAME_SIZE || !islower((unsigned char)name[0]))
		return false;
	return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

/* The techniques that bear on each other. */
static void remember_kin(struct technique_table *table, const char *name, technique_set bit)
{
	if (strcmp(name, "vpn") == 0)
		table->vpn = bit;
	else if (strcmp(name, "tor") == 0)
		table->tor = bit;
	else if (strcmp(name, "vps") == 0)
		table->vps = bit;
	else if (strcmp(name, "proxy") == 0)
		table->proxy = bit;
}

int technique_table_add(struct technique_table *table, const struct surgetap_technique *technique)
{
	if (!is_valid_name(technique->name))
		return -EINVAL;
	int found = technique_table_find(table, technique->name);
	if (found == TECHNIQUE_OPSEC)
		return -EINVAL;
	if (found > 0)
		return found;
	if (table->count == TECHNIQUES_MAX)
		return -ENOSPC;
	technique_set bit = (technique_set)1 << table->count;
	table->entries[table->count] = *technique;
	if (technique->is_opsec)
		table->opsec |= bit;
	remember_kin(table, technique->name, bit);
	return (int)table->count++;
}

int technique_table_find(const struct technique_table *table, const char *name)
{
	for (uint32_t i = 0; i < table->count; i++)
		if (strcmp(table->entries[i].name, name) == 0)
			return (int)i;
	return -ENOENT;
}

const char *technique_grade_name(enum surgetap_grade grade)
{
	static const char *const names[] = {
		[SURGETAP_GRADE_NONE] = "none",
		[SURGETAP_GRADE_GUESS] = "guess",
		[SURGETAP_GRADE_CACHE] = "cache",
		[SURGETAP_GRADE_HEURISTIC] = "heuristic",
		[SURGETAP_GRADE_LIST] = "list",
		[SURGETAP_GRADE_DPI] = "dpi",
	};
	return names[grade];
}

const char *technique_kind_name(enum surgetap_kind kind)
{
	return kind == SURGETAP_KIND_CONTACT ? "contact" : "tunnel";
}

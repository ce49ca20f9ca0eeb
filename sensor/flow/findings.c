/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/findings.h"

#include <stdio.h>

#include "base/text.h"

/* Techniques sorted by what the evidence for them is worth. */
struct sets {
	technique_set tunnels, contacts, suspected, imitated;
};

/* The evidence for a technique: the one there is, or a new one; NULL when there is no place. */
static struct evidence *evidence_for(struct findings *findings, uint8_t technique)
{
	for (uint32_t i = 0; i < findings->evidence_count; i++)
		if (findings->evidence[i].technique == technique)
			return &findings->evidence[i];
	if (findings->evidence_count == FINDINGS_EVIDENCE_MAX)
		return NULL;
	struct evidence *evidence = &findings->evidence[findings->evidence_count++];
	*evidence = (struct evidence){.technique = technique};
	return evidence;
}

static bool is_well_formed(const struct plugin *plugin, const struct surgetap_evidence *reported)
{
	return reported->technique < plugin->technique_count &&
	       reported->grade > SURGETAP_GRADE_NONE && reported->grade <= SURGETAP_GRADE_DPI &&
	       reported->kind <= SURGETAP_KIND_IMITATION && reported->confidence_percent <= 100;
}

/* What has been reported is to be kept in place of what there is. */
static bool is_better(const struct evidence *evidence, const struct surgetap_evidence *reported)
{
	if (evidence->kind == SURGETAP_KIND_IMITATION)
		return false;
	return reported->kind == SURGETAP_KIND_IMITATION || reported->grade > evidence->grade;
}

bool findings_report(struct findings *findings, const struct plugin *plugin, uint8_t number,
	const struct surgetap_evidence *reported)
{
	struct evidence *evidence =
		is_well_formed(plugin, reported)
			? evidence_for(findings, plugin->techniques[reported->technique])
			: NULL;
	if (!evidence)
		return false;
	if (!is_better(evidence, reported))
		return true;
	findings->is_news = true;
	evidence->grade = reported->grade;
	evidence->kind = reported->kind;
	evidence->confidence_percent = reported->confidence_percent;
	evidence->plugin = number;
	text_copy(reported->reason ? reported->reason : "", evidence->reason,
		sizeof evidence->reason);
	return true;
}

/* A proxy that is worth more than a guess; NULL if there is none. */
static const struct evidence *find_proxy(
	const struct findings *findings, const struct technique_table *table)
{
	for (uint32_t i = 0; i < findings->evidence_count; i++) {
		const struct evidence *evidence = &findings->evidence[i];
		if (((table->proxy >> evidence->technique) & 1) &&
			evidence->kind == SURGETAP_KIND_TUNNEL &&
			evidence->grade > SURGETAP_GRADE_GUESS)
			return evidence;
	}
	return NULL;
}

/* A proxy in a network of rentable servers is use of one, also where it is dressed as a visit to
 * the web: the evidence for it is as good as that for the proxy. */
static void imply_rented(struct findings *findings, const struct technique_table *table)
{
	const struct evidence *proxy = find_proxy(findings, table);
	if (!proxy || !table->vps || findings->place.network != SURGETAP_NETWORK_RENTABLE)
		return;
	struct evidence *rented = evidence_for(findings, (uint8_t)__builtin_ctz(table->vps));
	if (!rented || rented->kind == SURGETAP_KIND_IMITATION ||
		(rented->kind == SURGETAP_KIND_TUNNEL && rented->grade >= proxy->grade))
		return;
	rented->grade = proxy->grade;
	rented->kind = SURGETAP_KIND_TUNNEL;
	rented->confidence_percent = proxy->confidence_percent;
	rented->plugin = proxy->plugin;
	snprintf(rented->reason, sizeof rented->reason, "%.75s to a rentable server (AS%u)",
		proxy->reason, findings->place.asn);
}

static struct sets sort_evidence(const struct findings *findings)
{
	struct sets sets = {0};
	for (uint32_t i = 0; i < findings->evidence_count; i++) {
		const struct evidence *evidence = &findings->evidence[i];
		technique_set bit = (technique_set)1 << evidence->technique;
		if (evidence->kind == SURGETAP_KIND_IMITATION)
			sets.imitated |= bit;
		else if (evidence->kind == SURGETAP_KIND_CONTACT)
			sets.contacts |= bit;
		else if (evidence->grade == SURGETAP_GRADE_GUESS)
			sets.suspected |= bit;
		else
			sets.tunnels |= bit;
	}
	return sets;
}

/* Of tor, vpn and vps a flow keeps the first one it has. */
static technique_set outranked(const struct technique_table *table, technique_set tunnels)
{
	if (tunnels & table->tor)
		return table->vpn | table->vps;
	return tunnels & table->vpn ? table->vps : 0;
}

static void give_sets(struct findings *findings, const struct technique_table *table,
	const struct sets *sets, struct flow *flow)
{
	technique_set beaten = sets->imitated | outranked(table, sets->tunnels & ~sets->imitated);
	technique_set tunnels = sets->tunnels & ~beaten;
	flow->tunnels = tunnels | (tunnels & table->opsec ? 1u << TECHNIQUE_OPSEC : 0);
	flow->contacts = sets->contacts & ~beaten & ~tunnels;
	flow->suspected = sets->suspected & ~beaten & ~tunnels;
	findings->is_news = false;
	for (uint32_t i = 0; i < findings->evidence_count; i++)
		findings->evidence[i].is_void = (beaten >> findings->evidence[i].technique) & 1;
}

void findings_settle(
	struct findings *findings, const struct technique_table *table, struct flow *flow)
{
	imply_rented(findings, table);
	struct sets sets = sort_evidence(findings);
	give_sets(findings, table, &sets, flow);
}

void findings_add(struct findings *findings, const struct technique_table *table, struct flow *flow)
{
	imply_rented(findings, table);
	struct sets sets = sort_evidence(findings);
	sets.tunnels |= flow->tunnels & ~((technique_set)1 << TECHNIQUE_OPSEC);
	sets.contacts |= flow->contacts;
	sets.suspected |= flow->suspected;
	give_sets(findings, table, &sets, flow);
}

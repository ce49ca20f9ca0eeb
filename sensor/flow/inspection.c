/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/inspection.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "flow/view.h"

#define TCP 6
#define ALIGNMENT 16
#define CACHE_LINE 64

static size_t align(size_t bytes)
{
	return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* Between these no memory is touched until there is evidence. */
#define EVIDENCE_AT offsetof(struct inspection, hearing.findings.evidence)
#define STATES_AT align(sizeof(struct inspection))

static struct inspection *inspection_at(const struct inspections *inspections, uint32_t number)
{
	return (struct inspection *)(inspections->blocks + number * inspections->block_bytes);
}

void *inspection_dpi_state(struct inspection *inspection)
{
	return (uint8_t *)inspection + STATES_AT;
}

static uint8_t *plugin_states(struct inspection *inspection)
{
	return (uint8_t *)inspection_dpi_state(inspection) + align(classifier_state_size());
}

/* What reads the flows. */
static int make_readers(
	struct inspections *inspections, const struct plugins *plugins, bool with_fingerprints)
{
	int error = classifier_new(&inspections->classifier);
	if (error == 0)
		error = dialogues_new(&inspections->dialogues);
	if (error == 0)
		error = preludes_new(with_fingerprints, &inspections->preludes);
	if (error == 0)
		error = panel_new(plugins, &inspections->panel);
	return error;
}

int inspections_init(struct inspections *inspections, const struct plugins *plugins,
	uint32_t capacity, bool with_fingerprints)
{
	*inspections = (struct inspections){.capacity = capacity};
	int error = make_readers(inspections, plugins, with_fingerprints);
	if (error < 0)
		goto fail;
	inspections->block_bytes =
		STATES_AT + align(classifier_state_size()) + panel_state_size(inspections->panel);
	/* Untouched memory costs nothing: pages appear as inspections are used. */
	inspections->blocks = calloc(capacity, inspections->block_bytes);
	inspections->spares = calloc(capacity, sizeof *inspections->spares);
	error = inspections->blocks && inspections->spares ? 0 : -ENOMEM;
	if (error < 0)
		goto fail;
	return 0;
fail:
	inspections_done(inspections);
	return error;
}

void inspections_done(struct inspections *inspections)
{
	for (uint32_t i = 0; i < inspections->used; i++)
		if (inspection_at(inspections, i)->is_active)
			classifier_end(inspection_dpi_state(inspection_at(inspections, i)));
	free(inspections->blocks);
	free(inspections->spares);
	panel_free(inspections->panel);
	preludes_free(inspections->preludes);
	dialogues_free(inspections->dialogues);
	classifier_free(inspections->classifier);
}

static void ask_for(const void *memory, size_t bytes)
{
	for (size_t at = 0; at < bytes; at += CACHE_LINE)
		__builtin_prefetch((const uint8_t *)memory + at, 1);
}

/* The memory that the next flow gets has left the cache when many are inspected at once. */
static void foresee_next(const struct inspections *inspections)
{
	if (inspections->spare_count == 0)
		return;
	struct inspection *next =
		inspection_at(inspections, inspections->spares[inspections->spare_count - 1]);
	ask_for(next, EVIDENCE_AT);
	ask_for(inspection_dpi_state(next), inspections->block_bytes - STATES_AT);
}

void inspections_foresee(const struct inspections *inspections, const struct flow *flow)
{
	struct inspection *inspection = inspections_of(inspections, flow);
	const uint8_t *states = plugin_states(inspection);
	ask_for(inspection, EVIDENCE_AT);
	ask_for(states, (size_t)((uint8_t *)inspection + inspections->block_bytes - states));
}

/* FLOW_NO_INSPECTION when all are in use. */
static uint32_t take_spare(struct inspections *inspections)
{
	uint32_t number = FLOW_NO_INSPECTION;
	if (inspections->spare_count > 0)
		number = inspections->spares[--inspections->spare_count];
	else if (inspections->used < inspections->capacity)
		number = inspections->used++;
	foresee_next(inspections);
	return number;
}

struct inspection *inspections_begin(struct inspections *inspections, struct flow *flow)
{
	flow->inspection = take_spare(inspections);
	if (flow->inspection == FLOW_NO_INSPECTION)
		return NULL;
	struct inspection *inspection = inspections_of(inspections, flow);
	memset(inspection, 0, EVIDENCE_AT);
	memset(inspection_dpi_state(inspection), 0, inspections->block_bytes - STATES_AT);
	inspection->is_active = true;
	classifier_begin(
		inspection_dpi_state(inspection), flow->key.transport == TCP && flow->complete);
	for (unsigned i = 0; i < 2; i++)
		if (flow->syns >> i & 1)
			dialogue_start(&inspection->dialogue, i == 0, flow->sequences[i]);
	panel_begin(inspections->panel, &inspection->hearing, plugin_states(inspection));
	if (++inspections->active > inspections->active_max)
		inspections->active_max = inspections->active;
	return inspection;
}

void inspection_tell_verdict(struct inspection *inspection)
{
	prelude_tell(&inspection->prelude, &inspection->hearing.findings.verdict);
}

void inspection_fill_view(const struct inspections *inspections, struct inspection *inspection,
	const struct flow *flow)
{
	struct hearing *hearing = &inspection->hearing;
	inspection_tell_verdict(inspection);
	view_fill(&hearing->view, flow, inspections->classifier, &hearing->findings);
	hearing->view.hello = (enum surgetap_hello)inspection->prelude.handshake.hello;
	hearing->view.tls_ech = inspection->prelude.handshake.has_ech;
}

void inspections_end(struct inspections *inspections, struct flow *flow)
{
	struct inspection *inspection = inspections_of(inspections, flow);
	classifier_end(inspection_dpi_state(inspection));
	dialogue_end(inspections->dialogues, &inspection->dialogue);
	prelude_end(inspections->preludes, &inspection->prelude);
	inspection->is_active = false;
	inspections->spares[inspections->spare_count++] = flow->inspection;
	inspections->active--;
	flow->inspection = FLOW_NO_INSPECTION;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "recipe.h"

#include <surgetap/evidence.h>

static enum surgetap_next on_packet(const struct surgetap_call *call)
{
	for (const struct coin_recipe *recipe = coin_recipes; recipe->inspect != NULL; recipe++) {
		const struct coin_match *match;

		if (recipe->transport != call->flow->transport)
			continue;
		match = recipe->inspect(call->flow_state, call->payload);
		if (match != NULL) {
			const struct surgetap_evidence evidence = {(uint8_t)match->technique,
				SURGETAP_GRADE_DPI, SURGETAP_KIND_TUNNEL, match->confidence_percent,
				match->reason};

			call->host->report(call, &evidence);
			return SURGETAP_DONE;
		}
	}
	return call->payload->index + 1 < COIN_PAYLOADS ? SURGETAP_MORE : SURGETAP_DONE;
}

static const struct surgetap_technique techniques[] = {
	[COIN_NODE] = {"coin", "nodes of crypto-currencies among their peers", NULL, NULL, 3,
		false},
	[COIN_MINER] = {"mining", "miners of crypto-currencies at their pools", "TA0040", "T1496",
		2, false},
	{NULL, NULL, NULL, NULL, 0, false},
};

SURGETAP_PLUGIN = {
	.abi = SURGETAP_ABI,
	.size = sizeof(struct surgetap_plugin),
	.name = "coin",
	.version = "1",
	.summary = "nodes and miners of crypto-currencies",
	.techniques = techniques,
	.flow_state_size = sizeof(struct coin_memory),
	.wants = SURGETAP_WANTS_PACKETS,
	.on_packet = on_packet,
};

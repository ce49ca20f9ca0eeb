/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COIN_RECIPE_H
#define COIN_RECIPE_H
/*
 * Recipes: how the nodes of a crypto-currency, and its miners, show themselves in one payload.
 * Nothing is remembered but what each side of a discovery has said.
 */
#include <surgetap/plugin.h>

enum coin_technique {
	COIN_NODE,  /* a node among its peers */
	COIN_MINER, /* a miner at its pool or node */
};

struct coin_match {
	enum coin_technique technique;
	uint8_t confidence_percent;
	const char *reason;
};

/* A flow's; zero at start. */
struct coin_memory {
	bool has_discovery[2]; /* [0] the server, [1] the client has sent a packet of that form */
	bool has_begun;        /* TCP: the client's first message has RLPx's form */
};

struct coin_recipe {
	uint8_t transport;
	const struct coin_match *(*inspect)(
		struct coin_memory *memory, const struct surgetap_payload *payload);
};

#define COIN_PAYLOADS 6 /* of a flow that recipes see: both hellos are in them */

/* All recipes; ended by transport 0. */
extern const struct coin_recipe coin_recipes[];

#endif

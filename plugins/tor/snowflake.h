/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOR_SNOWFLAKE_H
#define TOR_SNOWFLAKE_H
/*
 * Snowflake: Tor within a data channel of WebRTC, to a volunteer's browser or proxy. Its client is
 * written with pion, whose ICE names itself by 16 letters where browsers take 4 or 8 characters,
 * and opens one channel with a label of 26 bytes, "snowflake-" and 16 digits. Name and length show
 * from outside, and nobody sends speech or pictures beside it.
 */
#include <surgetap/flow.h>

/* What a flow has shown so far; zero at start. */
struct snowflake {
	uint8_t opener; /* who controls ICE under such a name: 1 the server, 2 the client, 0 open */
	uint8_t records; /* of application data that the opener has sent */
};

enum snowflake_verdict {
	SNOWFLAKE_OPEN,    /* it may yet show itself */
	SNOWFLAKE_FOREIGN, /* it is something else */
	SNOWFLAKE_SEEN,
};

/* Looks at the next payload of a UDP flow. Nothing is to be learnt after FOREIGN or SEEN. */
enum snowflake_verdict snowflake_inspect(
	struct snowflake *snowflake, const struct surgetap_payload *payload);

#endif

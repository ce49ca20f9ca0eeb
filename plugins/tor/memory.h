/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOR_MEMORY_H
#define TOR_MEMORY_H
/* What the plugin remembers of a flow: of TCP its traits, of UDP the signs of Snowflake. */
#include "snowflake.h"
#include "traits.h"

struct memory {
	struct traits traits;
	struct snowflake snowflake;
	bool is_snowflake_open; /* checks of connectivity were seen, and no end of the search */
};

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_FLOW_LINE_H
#define COMMANDS_FLOW_LINE_H
/* A flow as one line of JSON in the shape of Suricata's EVE `flow` records. */
#include "flow/inspect.h"

/* The line without its line feed: ASCII only, valid whatever bytes the names in it hold. `findings`
 * may be NULL. Returns a NUL-terminated string from the heap, owned by the caller, or NULL without
 * memory. */
char *flow_line_format(const struct flow *flow, const struct findings *findings,
	const struct classifier *classifier, const struct plugins *plugins);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_ASSET_H
#define BASE_ASSET_H
/* Files that were built into the program: all of sensor/<room>/page/, as "<room>/<file>", and uPlot
 * as "uplot/uPlot.iife.min.js", "uplot/uPlot.min.css" and "uplot/LICENSE". */
#include <stddef.h>

struct asset {
	const char *name;
	const unsigned char *bytes; /* a NUL stands behind the last one */
	size_t size;                /* without that NUL */
};

/* Ended by a NULL name. */
extern const struct asset assets[];

/* The file of that name, or NULL. */
const struct asset *asset_find(const char *name);

#endif

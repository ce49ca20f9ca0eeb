/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SURGETAP_NAME_H
#define SURGETAP_NAME_H
/* Names of protocols and categories, which plugins hold against their tables for every flow. */
#include <stdbool.h>
#include <string.h>

/* True when both are the same. Most differ in their first byte, which spares the call. */
static inline bool surgetap_name_is(const char *name, const char *other)
{
	return name[0] == other[0] && strcmp(name, other) == 0;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_BUILTIN_H
#define FLOW_BUILTIN_H
#include <surgetap/plugin.h>

/* The plugins built into the program, one for each folder below plugins/, ended by NULL. The
 * Makefile writes this table, so that a plugin is registered by its folder alone. */
extern const struct surgetap_plugin *const builtin_plugins[];

#endif

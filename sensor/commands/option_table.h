/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_OPTION_TABLE_H
#define COMMANDS_OPTION_TABLE_H
/* The settings as options that argp parses and shows, and --config before them. */
#include "config/setting.h"

#include <argp.h>

#define OPTION_TABLE_CONFIG 'c' /* key of --config */

/* The options of `command`: those of sections that it obeys are shown below headlines, the others
 * are accepted. Returns an array from the heap, which the caller frees, or NULL. */
struct argp_option *option_table_new(const char *command);

/* The setting of an option's key; NULL: none. */
const struct setting *option_table_find(int key);

/* A help filter for argp: adds defaults. */
char *option_table_help(int key, const char *text, void *input);

#endif

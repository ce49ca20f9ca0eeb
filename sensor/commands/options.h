/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_OPTIONS_H
#define COMMANDS_OPTIONS_H
/* The options that replay, run and others share: the table of settings, and --config. A command's
 * help shows those that it obeys; it accepts the others too. */
#include "commands/usage.h"
#include "config/config.h"

/*
 * Reads a command line. The values of --config come first, those of the command line go over them
 * in whatever order they stand; a list given on the command line takes the place of the file's
 * list. `command` is the subcommand's name in the table of commands. `argv` is permuted.
 *
 * Returns 0 with `config` filled (the caller calls config_done), and *ret_paths, the words that are
 * no options: they lie in argv. Otherwise everything has been said and given back, and the command
 * returns this: USAGE_SHOWN, STATUS_USAGE, STATUS_CONFIG or STATUS_FAILURE (no memory).
 */
int options_parse(int argc, char **argv, const char *command, struct config *config,
	char ***ret_paths, size_t *ret_count);

/* The same for a command that has further options: `more` (with its `input`) takes them. Words that
 * are no options still end up in *ret_paths. */
int options_parse_more(int argc, char **argv, const char *command, const struct argp *more,
	void *input, struct config *config, char ***ret_paths, size_t *ret_count);

#endif

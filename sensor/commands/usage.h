/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_USAGE_H
#define COMMANDS_USAGE_H
/* Command lines, and what --help says of them. */
#include <argp.h>

#define USAGE_SHOWN (-1) /* --help was shown, there is nothing more to do */

/*
 * Parses a command line with `argp`, to which --help is added; `input` is handed to its parser.
 * NULL for a command without options. Words that are no options are refused unless the parser takes
 * them by ARGP_KEY_ARG or ARGP_KEY_ARGS; a parser that returns EINVAL has logged why. `argv` is
 * permuted. Returns 0, USAGE_SHOWN, or STATUS_USAGE after one line of log. Never exits.
 */
int usage_parse(int argc, char **argv, const char *command, const struct argp *argp, void *input);

/* The list of commands, to standard output. */
void usage_print_commands(void);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/commands.h"
#include "commands/usage.h"

#include <stddef.h>

struct help {
	const char *command; /* NULL: all of them */
};

static error_t parse_word(int key, char *argument, struct argp_state *state)
{
	struct help *help = state->input;

	if (key != ARGP_KEY_ARG || state->arg_num > 0)
		return ARGP_ERR_UNKNOWN;
	help->command = argument;
	return 0;
}

int command_help(int argc, char **argv)
{
	static const struct argp argp = {.parser = parse_word};
	struct help help = {NULL};
	const struct command *command;
	int status = usage_parse(argc, argv, "help", &argp, &help);
	static char option[] = "--help";

	if (status)
		return status;
	if (!help.command) {
		usage_print_commands();
		return STATUS_OK;
	}
	command = command_find(help.command);
	if (!command) {
		command_suggest(help.command);
		return STATUS_USAGE;
	}
	return command->run(2, (char *[]){argv[0], option, NULL});
}

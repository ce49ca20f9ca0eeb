/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/usage.h"

#include "base/log.h"
#include "commands/commands.h"
#include "commands/spelling.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>

#define KEY_HELP 1

struct usage {
	void *input;
	const struct command *command;
	bool is_shown;
};

static const struct argp_option help_option[] = {
	{.name = "help", .key = KEY_HELP, .doc = "show this help", .group = -1},
	{.name = NULL},
};

/* argp would end each page with "Mandatory or optional arguments to long options are also ...". */
static char *leave_out_note(int key, const char *text, void *input)
{
	(void)input;
	return key == ARGP_KEY_HELP_DUP_ARGS_NOTE ? NULL : (char *)text;
}

static void print_help(const struct command *command, struct argp_state *state)
{
	printf("Examples:\n  %s\n  %s\n\n", command->examples[0], command->examples[1]);
	printf("Usage: surgetap %s%s%s\n", command->name, *command->arguments ? " " : "",
		command->arguments);
	printf("%c%s.\n\n", toupper((unsigned char)*command->summary), command->summary + 1);
	argp_state_help(state, stdout, ARGP_HELP_LONG);
}

static error_t parse_help(int key, char *argument, struct argp_state *state)
{
	struct usage *usage = state->input;

	(void)argument;
	switch (key) {
	case ARGP_KEY_INIT:
		state->err_stream = NULL; /* one line is enough: no "Try --help" after it */
		if (state->root_argp->children)
			state->child_inputs[0] = usage->input;
		return 0;
	case KEY_HELP:
		usage->is_shown = true;
		print_help(usage->command, state);
		state->next = state->argc; /* what follows does not matter any more */
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

int usage_parse(int argc, char **argv, const char *command, const struct argp *argp, void *input)
{
	static char program[] = "surgetap"; /* begins getopt's messages */
	const struct argp_child children[] = {{.argp = argp}, {.argp = NULL}};
	const struct argp outer = {.options = help_option,
		.parser = parse_help,
		.children = argp ? children : NULL,
		.help_filter = leave_out_note};
	struct usage usage = {.input = input, .command = command_find(command)};
	int end = argc;
	error_t error;

	argv[0] = program;
	if (spelling_tell_unknown(&outer, argc, argv))
		return STATUS_USAGE;
	/* ARGP_LONG_ONLY and its like stay off; argp must neither exit nor add options of its own.
	 */
	error = argp_parse(&outer, argc, argv, ARGP_NO_EXIT | ARGP_NO_HELP, &end, &usage);
	if (usage.is_shown)
		return USAGE_SHOWN;
	if (!error && end < argc) {
		log_error("unexpected word '%s'", argv[end]);
		return STATUS_USAGE;
	}
	return error ? STATUS_USAGE : 0;
}

void usage_print_commands(void)
{
	printf("Usage: surgetap COMMAND [options]\n"
	       "A network sensor that tells when a watched range's use of VPN, Tor, TLS or rented\n"
	       "servers jumps.\n\nCommands:\n");
	for (const struct command *command = commands; command->name; command++)
		printf("  %-14s%s\n", command->name, command->summary);
	printf("\n'surgetap COMMAND --help' tells more of each.\n");
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"
#include "commands/commands.h"
#include "commands/usage.h"

#include <stdio.h>
#include <string.h>

/* Options are read from the help of the command that is being typed, so they cannot be out of date.
 */
static const char bash_end[] =
	"\"\n"
	"\tlocal word=${COMP_WORDS[COMP_CWORD]}\n"
	"\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -W \"$commands\" -- \"$word\")\n"
	"\telif [[ $word == -* ]]; then\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -W \"$(\"$1\" \"${COMP_WORDS[1]}\" --help "
	"2>/dev/null </dev/null |\n"
	"\t\t\tgrep -oE -- '--[a-z][a-z-]*' | sort -u)\" -- \"$word\")\n"
	"\tfi\n"
	"}\n"
	"complete -o default -F _surgetap surgetap\n";

static void print_bash(void)
{
	printf("# bash completion of surgetap\n_surgetap()\n{\n\tCOMPREPLY=()\n\tlocal "
	       "commands=\"");
	for (const struct command *command = commands; command->name; command++)
		printf("%s%s", command == commands ? "" : " ", command->name);
	fputs(bash_end, stdout);
}

static error_t parse_word(int key, char *argument, struct argp_state *state)
{
	const char **shell = state->input;

	if (key != ARGP_KEY_ARG || state->arg_num > 0)
		return ARGP_ERR_UNKNOWN;
	*shell = argument;
	return 0;
}

int command_completion(int argc, char **argv)
{
	static const struct argp argp = {.parser = parse_word};
	const char *shell = NULL;
	int status = usage_parse(argc, argv, "completion", &argp, &shell);

	if (status)
		return status;
	if (!shell || strcmp(shell, "bash") != 0) {
		log_error("completion needs the name of a shell: bash");
		return STATUS_USAGE;
	}
	print_bash();
	return STATUS_OK;
}

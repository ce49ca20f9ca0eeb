/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_COMMANDS_H
#define COMMANDS_COMMANDS_H
/*
 * The subcommands. Each has a file of its name in this folder and a row in the table of commands.c,
 * which drives dispatch, usage text and shell completion.
 *
 * A command gets its own words: argv[0] is the subcommand's name, argv[argc] is NULL. It returns
 * the exit status of the program, or a negative number when it has nothing more to do and all is
 * well (the help was shown). It logs why it fails, and never calls exit.
 */

enum status {
	STATUS_OK = 0,
	STATUS_FAILURE = 1,     /* at run time: a capture, a file, undelivered alerts */
	STATUS_USAGE = 2,       /* unknown option, bad CIDR, URL or value */
	STATUS_ALERTS = 3,      /* alerts were raised, and --fail-on-alert */
	STATUS_PERMISSION = 77, /* as EX_NOPERM of sysexits.h */
	STATUS_CONFIG = 78,     /* as EX_CONFIG of sysexits.h */
};

struct command {
	const char *name;
	const char *arguments;   /* for usage: "[options] PATH..." */
	const char *summary;     /* one line */
	const char *examples[2]; /* the help begins with them */
	int (*run)(int argc, char **argv);
};

/* All subcommands in the order of the usage text; ended by a NULL name. */
extern const struct command commands[];

/* The command of that name, or NULL. */
const struct command *command_find(const char *name);

/* Logs that `name` is no command, with the one that may have been meant. */
void command_suggest(const char *name);

int command_replay(int argc, char **argv);
int command_run(int argc, char **argv);
int command_flows(int argc, char **argv);
int command_score(int argc, char **argv);
int command_compare(int argc, char **argv);
int command_report(int argc, char **argv);
int command_dashboard(int argc, char **argv);
int command_spool(int argc, char **argv);
int command_check_config(int argc, char **argv);
int command_plugins(int argc, char **argv);
int command_completion(int argc, char **argv);
int command_version(int argc, char **argv);
int command_help(int argc, char **argv);

#endif

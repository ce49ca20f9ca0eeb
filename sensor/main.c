/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"
#include "commands/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Makes sure that a file opened later never becomes descriptor 0, 1 or 2 and receives the log. */
static int keep_standard_descriptors(void)
{
	int descriptor;

	do
		descriptor = open("/dev/null", O_RDWR);
	while (descriptor >= 0 && descriptor <= STDERR_FILENO);
	return descriptor < 0 ? -errno : close(descriptor);
}

/* Words that people try before they know that this program has subcommands. */
static const char *const synonyms[][2] = {
	{"--help", "help"}, {"-h", "help"}, {"--version", "version"}, {"-V", "version"}};

static int run_words(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : NULL;
	const struct command *command;
	int status;

	if (!name) {
		log_error("no command given, see 'surgetap help'");
		return STATUS_USAGE;
	}
	for (size_t i = 0; i < sizeof(synonyms) / sizeof(synonyms[0]); i++)
		if (strcmp(name, synonyms[i][0]) == 0)
			name = synonyms[i][1];
	command = command_find(name);
	if (!command) {
		command_suggest(name);
		return STATUS_USAGE;
	}
	status = command->run(argc - 1, argv + 1);
	return status < 0 ? STATUS_OK : status;
}

/* What was promised on standard output and did not get there is a failure, also of the last buffer.
 * A reader that has seen enough (a closed pipe) needs no message. */
static int close_output(int status)
{
	errno = 0;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	if (errno != EPIPE)
		log_error("standard output: %s", errno ? strerror(errno) : "write error");
	return status == STATUS_OK ? STATUS_FAILURE : status;
}

int main(int argc, char **argv)
{
	if (keep_standard_descriptors() != 0) /* before anything else opens a file */
		return STATUS_FAILURE;
	signal(SIGPIPE, SIG_IGN); /* a Redis that goes away is an error code, not our end */
	/* No setlocale: numbers in JSON and CSV have a point in every country. */
	return close_output(run_words(argc, argv));
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"
#include "base/text.h"
#include "commands/commands.h"
#include "commands/options.h"

#include <stdio.h>
#include <string.h>

struct check {
	const char *file;
};

static const struct argp_option options[] = {
	{.name = "config", .key = 'c', .arg = "FILE", .doc = "check this YAML file"},
	{.name = NULL},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct check *check = state->input;

	if (key != 'c')
		return ARGP_ERR_UNKNOWN;
	check->file = argument;
	return 0;
}

/* Without the log's prefix: editors and other programs read FILE:LINE:COLUMN from the start of a
 * line. */
static void print_fault(void *argument, const char *place, const char *message)
{
	char line[LOG_LINE_SIZE], clean[LOG_LINE_SIZE];

	(void)argument;
	snprintf(line, sizeof(line), "%s: %s", place, message);
	text_clean(line, strlen(line), clean, sizeof(clean));
	fprintf(stderr, "%s\n", clean);
}

int command_check_config(int argc, char **argv)
{
	static const struct argp argp = {.options = options, .parser = parse_option};
	static const struct config_listener listener = {print_fault, NULL};
	struct check check = {NULL};
	struct config config;
	int status = usage_parse(argc, argv, "check-config", &argp, &check);

	if (status)
		return status;
	if (!check.file) {
		log_error("check-config needs -c FILE");
		return STATUS_USAGE;
	}
	if (config_init(&config) != 0) {
		log_error("out of memory");
		return STATUS_FAILURE;
	}
	if (config_load(&config, check.file, &listener) != 0)
		status = STATUS_CONFIG;
	else
		printf("%s: ok\n", check.file);
	config_done(&config);
	return status;
}

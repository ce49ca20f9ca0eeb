/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/options.h"

#include "base/log.h"
#include "commands/commands.h"
#include "commands/option_table.h"
#include "config/check.h"
#include "config/claim.h"
#include "config/setting.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* One option as it was given; applied only when the file has been read. */
struct given {
	const struct setting *setting;
	char *text; /* the argument itself, in argv */
};

struct options {
	const char *config_file;
	void *more_input;
	struct given *given;
	size_t given_count;
	char **paths; /* inside argv */
	size_t path_count;
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	static char bare[] = "true";
	struct options *options = state->input;
	const struct setting *setting;

	switch (key) {
	case ARGP_KEY_INIT:
		if (options->more_input)
			state->child_inputs[0] = options->more_input;
		return 0;
	case OPTION_TABLE_CONFIG:
		options->config_file = argument;
		return 0;
	case ARGP_KEY_ARGS:
		options->paths = state->argv + state->next;
		options->path_count = (size_t)(state->argc - state->next);
		return 0;
	}
	setting = option_table_find(key);
	if (!setting)
		return ARGP_ERR_UNKNOWN;
	options->given[options->given_count++] =
		(struct given){setting, setting->kind == SETTING_SWITCH ? bare : argument};
	return 0;
}

static void tell_fault(void *argument, const char *place, const char *message)
{
	(void)argument;
	log_error("%s: %s", place, message);
}

/* Text is not repeated here, a reason shows what is safe. */
static void tell_setting(const struct setting *setting, const char *reason)
{
	log_error("--%s: %s", setting->name, reason);
}

static void tell_quarrel(void *argument, size_t entry, const char *reason)
{
	(void)argument;
	(void)entry;
	tell_setting(setting_find("watch"), reason);
}

static bool is_first(const struct options *options, size_t number)
{
	for (size_t i = 0; i < number; i++)
		if (options->given[i].setting == options->given[number].setting)
			return false;
	return true;
}

static int fail_memory(void)
{
	log_error("out of memory");
	return STATUS_FAILURE;
}

/* Tells all that is wrong with the options, not the first of it. */
static int apply_given(const struct options *options, struct config *config)
{
	char reason[SETTING_REASON_SIZE] = "";
	int status = STATUS_OK;

	for (size_t i = 0; i < options->given_count; i++) {
		const struct given *given = &options->given[i];
		int error;

		if (is_first(options, i))
			setting_clear_list(given->setting, config);
		error = setting_assign(given->setting, config, given->text, reason);
		if (given->setting->hide)
			given->setting->hide(given->text);
		if (error == -ENOMEM)
			return fail_memory();
		if (error) {
			tell_setting(given->setting, reason);
			status = STATUS_USAGE;
		}
	}
	return status;
}

static int check_claims(const struct config *config)
{
	switch (claim_check(&config->watch, tell_quarrel, NULL)) {
	case 0:
		return STATUS_OK;
	case -ENOMEM:
		return fail_memory();
	default:
		return STATUS_USAGE;
	}
}

/* One line for all of them: a list may hold thousands. */
static void warn_of_host_bits(const struct config_list *watch)
{
	char taken[CHECK_PREFIX_SIZE], first_taken[CHECK_PREFIX_SIZE] = "";
	const char *first = NULL;
	size_t more = 0;

	for (size_t i = 0; i < watch->count; i++) {
		if (!check_has_host_bits(watch->items[i], taken))
			continue;
		if (!first)
			memcpy(first_taken, taken, sizeof(taken));
		more += first != NULL;
		first = first ? first : watch->items[i];
	}
	if (first && more)
		log_warn("watch: '%s' is taken as %s, and %zu more like it", first, first_taken,
			more);
	else if (first)
		log_warn("watch: '%s' is taken as %s", first, first_taken);
}

static int apply(const struct options *options, struct config *config)
{
	static const struct config_listener listener = {tell_fault, NULL};
	bool is_loaded =
		!options->config_file || config_load(config, options->config_file, &listener) == 0;
	int status = apply_given(options, config);

	if (!is_loaded)
		return STATUS_CONFIG;
	if (status == STATUS_OK || status == STATUS_USAGE) {
		int claims = check_claims(config);

		status = claims ? claims : status;
	}
	if (status)
		return status;
	log_set_quiet(config->quiet);
	warn_of_host_bits(&config->watch);
	return 0;
}

static int fill_config(const struct options *options, struct config *config)
{
	int status;

	if (config_init(config) != 0)
		return fail_memory();
	status = apply(options, config);
	if (status)
		config_done(config);
	return status;
}

/* No more options than characters can have been given: "-qqq" is one word. */
static size_t count_characters(int argc, char **argv)
{
	size_t count = 1;

	for (int i = 1; i < argc; i++)
		count += strlen(argv[i]);
	return count;
}

int options_parse_more(int argc, char **argv, const char *command, const struct argp *more,
	void *input, struct config *config, char ***ret_paths, size_t *ret_count)
{
	struct options options = {.more_input = input};
	const struct argp_child children[] = {
		{.argp = more, .header = "Of this command:"}, {.argp = NULL}};
	struct argp argp = {.parser = parse_option,
		.children = more ? children : NULL,
		.help_filter = option_table_help};
	struct argp_option *table;
	int status = STATUS_FAILURE;

	table = option_table_new(command);
	options.given = calloc(count_characters(argc, argv), sizeof(*options.given));
	if (!table || !options.given) {
		status = fail_memory();
		goto done;
	}
	argp.options = table;
	status = usage_parse(argc, argv, command, &argp, &options);
	if (status == 0)
		status = fill_config(&options, config);
	if (status == 0) {
		*ret_paths = options.paths;
		*ret_count = options.path_count;
	}
done:
	free(options.given);
	free(table);
	return status;
}

int options_parse(int argc, char **argv, const char *command, struct config *config,
	char ***ret_paths, size_t *ret_count)
{
	return options_parse_more(argc, argv, command, NULL, NULL, config, ret_paths, ret_count);
}

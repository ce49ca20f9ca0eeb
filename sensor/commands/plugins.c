/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/plugins.h"

#include "base/log.h"
#include "commands/commands.h"
#include "commands/options.h"
#include "commands/setup.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_JSON 1

static const struct argp_option json_option[] = {
	{.name = "json",
		.key = KEY_JSON,
		.doc = "print one JSON object for each plugin",
		.group = 1},
	{.name = NULL},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	bool *is_json = state->input;

	(void)argument;
	if (key != KEY_JSON)
		return ARGP_ERR_UNKNOWN;
	*is_json = true;
	return 0;
}

static void print_text(const struct plugin *plugin)
{
	const struct surgetap_plugin *code = plugin->code;

	printf("%s %s (%s): %s\n", code->name, code->version,
		plugin->file ? plugin->file : "built in", code->summary);
	for (const struct surgetap_technique *technique = code->techniques; technique->name;
		technique++)
		printf("  technique %-16s %s\n", technique->name, technique->summary);
	for (const struct surgetap_option *option = code->options; option && option->name; option++)
		printf("  option    %s.%-*s %s\n", code->name, 15 - (int)strlen(code->name),
			option->name, option->summary);
}

static json_t *make_techniques(const struct surgetap_technique *technique)
{
	json_t *list = json_array();

	for (; technique->name; technique++)
		json_array_append_new(
			list, json_pack("{s:s, s:s, s:s*, s:s*, s:i, s:b}", "technique",
				      technique->name, "summary", technique->summary,
				      "mitre_tactic", technique->mitre_tactic, "mitre_technique",
				      technique->mitre_technique, "severity", technique->severity,
				      "opsec", technique->is_opsec));
	return list;
}

static json_t *make_options(const struct surgetap_option *option)
{
	json_t *list = json_array();

	for (; option && option->name; option++)
		json_array_append_new(list, json_pack("{s:s, s:s}", "option", option->name,
						    "summary", option->summary));
	return list;
}

static int print_json(const struct plugin *plugin)
{
	const struct surgetap_plugin *code = plugin->code;
	json_t *object =
		json_pack("{s:s, s:s, s:s, s:s*, s:o, s:o}", "plugin", code->name, "version",
			code->version, "summary", code->summary, "file", plugin->file, "techniques",
			make_techniques(code->techniques), "options", make_options(code->options));
	char *line = object ? json_dumps(object, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;

	json_decref(object);
	if (!line) {
		log_error("%s: its words cannot be written as JSON", code->name);
		return STATUS_FAILURE;
	}
	puts(line);
	free(line);
	return STATUS_OK;
}

static int print_plugins(const struct plugins *plugins, bool is_json)
{
	int status = STATUS_OK;

	for (uint32_t i = 0; i < plugins->count && status == STATUS_OK; i++) {
		if (is_json)
			status = print_json(&plugins->entries[i]);
		else
			print_text(&plugins->entries[i]);
	}
	return status;
}

static int list_plugins(const struct config *config, bool is_json)
{
	struct setup setup = {0};
	int status = setup_plugins(config, NULL, &setup);

	if (status == STATUS_OK)
		status = print_plugins(setup.plugins, is_json);
	setup_close(&setup);
	return status;
}

int command_plugins(int argc, char **argv)
{
	static const struct argp json_argp = {.options = json_option, .parser = parse_option};
	struct config config;
	bool is_json = false;
	char **words = NULL;
	size_t count = 0;
	int status = options_parse_more(
		argc, argv, "plugins", &json_argp, &is_json, &config, &words, &count);

	if (status)
		return status;
	if (count > 0) {
		log_error("unexpected word '%s'", words[0]);
		status = STATUS_USAGE;
	} else {
		status = list_plugins(&config, is_json);
	}
	config_done(&config);
	return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/option_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_FIRST 256 /* keys of options without a letter: beyond all characters */

static const char *const headlines[SECTIONS] = {
	[SECTION_INPUT] = "What is watched:",
	[SECTION_OUTPUT] = "What is written:",
	[SECTION_REDIS] = "Redis:",
	[SECTION_SIGHT] = "How uses are recognised:",
	[SECTION_JUDGE] = "What counts as a jump, and what it may cost:",
	[SECTION_LIVE] = "The tap and the service:",
};

static int get_key(const struct setting *setting)
{
	return setting->letter ? setting->letter : KEY_FIRST + (int)(setting - settings);
}

/* argp shows groups in the order of their numbers; --config is in 0. */
static int get_group(enum setting_section section)
{
	return (int)section + 1;
}

const struct setting *option_table_find(int key)
{
	for (const struct setting *setting = settings; setting->name; setting++)
		if (get_key(setting) == key)
			return setting;
	return NULL;
}

static bool is_obeyed(const struct setting *setting, const char *command)
{
	static const struct {
		const char *command;
		enum setting_user user;
	} users[] = {{"flows", SETTING_FLOWS}, {"compare", SETTING_COMPARE},
		{"plugins", SETTING_PLUGINS}, {"spool", SETTING_SPOOL}};
	for (size_t i = 0; i < sizeof users / sizeof *users; i++)
		if (strcmp(users[i].command, command) == 0)
			return setting->users & users[i].user;
	return strcmp(command, "run") != 0 || !setting->is_offline;
}

/* Adds the options of a section, with its headline if any is shown. Returns the place behind. */
static struct argp_option *add_section(
	struct argp_option *option, enum setting_section section, const char *command)
{
	bool is_live = strcmp(command, "run") == 0, is_headed = false;

	for (const struct setting *setting = settings; setting->name; setting++) {
		if (setting->section != section || (setting->is_live && !is_live))
			continue;
		if (is_obeyed(setting, command) && !is_headed) {
			*option++ = (struct argp_option){
				.doc = headlines[section], .group = get_group(section)};
			is_headed = true;
		}
		*option++ = (struct argp_option){.name = setting->name,
			.key = get_key(setting),
			.arg = setting->argument,
			.flags = is_obeyed(setting, command) ? 0 : OPTION_HIDDEN,
			.doc = setting->help,
			.group = get_group(section)};
	}
	return option;
}

struct argp_option *option_table_new(const char *command)
{
	/* --config, headlines, and the end */
	struct argp_option *table = calloc(SETTING_COUNT_MAX + SECTIONS + 2, sizeof(*table));
	struct argp_option *option = table;

	if (!table)
		return NULL;
	*option++ = (struct argp_option){.name = "config",
		.key = OPTION_TABLE_CONFIG,
		.arg = "FILE",
		.doc = "read settings from this YAML file: the same words, without the dashes"};
	for (int section = 0; section < SECTIONS; section++)
		option = add_section(option, (enum setting_section)section, command);
	return table;
}

char *option_table_help(int key, const char *text, void *input)
{
	const struct setting *setting = option_table_find(key);
	char *help;

	(void)input;
	if (!setting || !setting->initial || setting->kind == SETTING_SWITCH ||
		asprintf(&help, "%s (default %s)", text, setting->initial) < 0)
		return (char *)text; /* as argp wants it: the same text, not to be freed */
	return help;
}

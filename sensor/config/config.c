/* SPDX-License-Identifier: Apache-2.0 */
#include "config/config.h"

#include "base/text.h"
#include "config/claim.h"
#include "config/document.h"
#include "config/place.h"
#include "config/setting.h"
#include "flow/plugins.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAX_BYTES (16u << 20) /* 100,000 prefixes with long names stay well below */
#define PLACE_SIZE 512

static int set_host_name(struct config *config)
{
	char name[64], reason[SETTING_REASON_SIZE];
	const struct setting *setting = setting_find("sensor");

	if (gethostname(name, sizeof(name)) != 0 || !memchr(name, 0, sizeof(name)) ||
		setting->check(name, reason) != 0)
		snprintf(name, sizeof(name), "surgetap");
	return setting_assign(setting, config, name, reason);
}

int config_init(struct config *config)
{
	char reason[SETTING_REASON_SIZE];
	int error;

	*config = (struct config){0};
	error = set_host_name(config);
	for (const struct setting *setting = settings; setting->name && !error; setting++)
		if (setting->initial)
			error = setting_assign(setting, config, setting->initial, reason);
	if (error)
		config_done(config);
	return error;
}

void config_done(struct config *config)
{
	for (const struct setting *setting = settings; setting->name; setting++) {
		if (setting->kind == SETTING_TEXT)
			free(*(char **)((char *)config + setting->offset));
		setting_clear_list(setting, config);
	}
	*config = (struct config){0};
}

int config_copy(const struct config *from, struct config *ret_config)
{
	struct config config = {0};
	int error = 0;

	for (const struct setting *setting = settings; setting->name && !error; setting++)
		error = setting_copy(setting, &config, from);
	if (error)
		config_done(&config);
	else
		*ret_config = config;
	return error;
}

static int tell(const struct config_listener *listener, const char *name, const struct place *place,
	const char *message, int error)
{
	char where[PLACE_SIZE];

	if (error == -ENOMEM)
		message = "out of memory";
	if (place && error != -ENOMEM)
		snprintf(where, sizeof(where), "%s:%zu:%zu", name, place->line, place->column);
	else
		snprintf(where, sizeof(where), "%s", name);
	listener->fault(listener->argument, where, message);
	return error;
}

/* Assigns the values of one setting; *ret_entry is the one that failed. */
static int assign_entries(struct config *config, const struct document *document, size_t number,
	size_t *ret_entry, char ret_reason[SETTING_REASON_SIZE])
{
	const struct setting *setting = &settings[number];
	size_t count = document_count(document, number);

	if (count > 0)
		setting_clear_list(setting, config);
	for (size_t i = 0; i < count; i++) {
		const char *text = document_text(document, number, i);
		int error = setting_assign(setting, config, text, ret_reason);

		if (error) {
			*ret_entry = i;
			return error;
		}
	}
	if (count > 0 && setting->offset == offsetof(struct config, watch))
		return claim_check(&config->watch, ret_entry, ret_reason);
	return 0;
}

static int assign_values(struct config *config, const struct document *document,
	const struct place_index *places, const char *name, const struct config_listener *listener)
{
	for (size_t i = 0; settings[i].name; i++) {
		char reason[SETTING_REASON_SIZE] = "", message[2 * SETTING_REASON_SIZE];
		size_t entry = 0;
		int error = assign_entries(config, document, i, &entry, reason);
		struct place place;

		if (!error)
			continue;
		place = place_of_value(places, settings[i].name, entry);
		snprintf(message, sizeof(message), "%s: %s", settings[i].name, reason);
		return tell(listener, name, &place, message, error);
	}
	return 0;
}

int config_load_text(struct config *config, const char *name, const char *text, size_t length,
	const struct config_listener *listener)
{
	struct place_index *places = NULL;
	struct document *document = NULL;
	struct document_fault fault = {.key = ""};
	struct place place = {1, 1};
	char problem[PLACE_PROBLEM_SIZE] = "";
	int error;

	error = place_index_new(text, length, &places, &place, problem);
	if (error)
		return tell(listener, name, &place, problem, error);
	error = document_new(text, length, &document, &fault);
	if (error) {
		place = fault.is_in_key ? place_of_key(places, fault.key)
					: place_of_value(places, fault.key, fault.entry);
		tell(listener, name, &place, fault.message, error);
	} else {
		error = assign_values(config, document, places, name, listener);
	}
	document_free(document);
	place_index_free(places);
	return error;
}

/* Reads at most FILE_MAX_BYTES; the file may be a pipe, so its size is not asked for. */
static int read_file(const char *path, char **ret_text, size_t *ret_length)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t length;
	int error = 0;

	if (!file)
		return -errno;
	text = malloc(FILE_MAX_BYTES + 1);
	if (!text) {
		error = -ENOMEM;
		goto done;
	}
	errno = 0;
	length = fread(text, 1, FILE_MAX_BYTES + 1, file);
	if (ferror(file))
		error = errno ? -errno : -EIO;
	else if (length > FILE_MAX_BYTES)
		error = -EFBIG;
	if (error)
		goto done;
	*ret_text = text;
	*ret_length = length;
	text = NULL;
done:
	free(text);
	fclose(file);
	return error;
}

int config_load(struct config *config, const char *path, const struct config_listener *listener)
{
	char *text = NULL;
	size_t length = 0;
	int error = read_file(path, &text, &length);

	if (error)
		return tell(listener, path, NULL, strerror(-error), error);
	error = config_load_text(config, path, text, length, listener);
	free(text);
	return error;
}

/* "NAME.OPTION=VALUE" in place -> its three parts. check_plugin_option has seen the text. */
static struct plugins_setting split_option(char *text)
{
	struct plugins_setting setting = {.plugin = text};
	char *dot = strchr(text, '.'), *equals = strchr(dot, '=');

	*dot = '\0';
	*equals = '\0';
	setting.name = dot + 1;
	setting.value = equals + 1;
	return setting;
}

int config_split_plugin_options(
	const struct config *config, struct plugins_setting **ret_settings, size_t *ret_count)
{
	const struct config_list *list = &config->plugin_option;
	size_t count = 0, size = (list->count + 1) * sizeof(struct plugins_setting);
	struct plugins_setting *split;
	char *text;

	for (size_t i = 0; i < list->count; i++)
		size += strlen(list->items[i]) + 1;
	split = malloc(size);
	if (!split)
		return -ENOMEM;
	text = (char *)&split[list->count + 1];
	if (config->tor_relays)
		split[count++] = (struct plugins_setting){"tor", "relays", config->tor_relays};
	for (size_t i = 0; i < list->count; i++) {
		strcpy(text, list->items[i]);
		split[count++] = split_option(text);
		text += strlen(list->items[i]) + 1;
	}
	*ret_settings = split;
	*ret_count = count;
	return 0;
}

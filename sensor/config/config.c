/* SPDX-License-Identifier: Apache-2.0 */
#include "config/config.h"

#include "base/text.h"
#include "config/claim.h"
#include "config/document.h"
#include "config/faults.h"
#include "config/setting.h"
#include "config/shape.h"
#include "config/tree.h"
#include "flow/plugins.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAX_BYTES (16u << 20) /* 100,000 prefixes with long names stay well below */

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

/* What a setting's values are checked with. */
struct reading {
	const struct tree *tree;
	const struct shape *shape;
	struct faults *faults;
	size_t number; /* of the setting */
};

static void add_fault(void *argument, size_t entry, const char *reason)
{
	const struct reading *reading = argument;

	faults_add(reading->faults,
		shape_place(reading->shape, reading->tree, reading->number, entry), "%s: %s",
		settings[reading->number].name, reason);
}

/* Assigns what is right among the values of one setting. */
static int assign_values(
	struct config *config, struct reading *reading, const struct config_list *values)
{
	const struct setting *setting = &settings[reading->number];

	if (values->count > 0)
		setting_clear_list(setting, config);
	for (size_t i = 0; i < values->count; i++) {
		char reason[SETTING_REASON_SIZE] = "";
		int error = setting_assign(setting, config, values->items[i], reason);

		if (error == -ENOMEM)
			return error;
		if (error)
			add_fault(reading, i, reason);
	}
	if (setting->offset != offsetof(struct config, watch))
		return 0;
	return claim_check(values, add_fault, reading) == -ENOMEM ? -ENOMEM : 0;
}

static int assign_document(
	struct config *config, struct reading *reading, const struct document *document)
{
	int error = 0;

	for (; settings[reading->number].name && !error; reading->number++) {
		struct config_list values = document_values(document, reading->number);

		error = assign_values(config, reading, &values);
	}
	return error;
}

/* Puts the file's values into `config`, and all that is wrong into `faults`. Returns 0 also when
 * something is, or -ENOMEM. */
static int read_text(struct config *config, const char *text, size_t length, struct faults *faults)
{
	char problem[TREE_PROBLEM_SIZE] = "";
	struct tree *tree = NULL;
	struct document *document = NULL;
	struct place place = {1, 1};
	struct shape shape;
	struct reading reading = {.shape = &shape, .faults = faults};
	int error = tree_new(text, length, &tree, &place, problem);

	if (error == -EINVAL)
		faults_add(faults, place, "%s", problem);
	if (error)
		return error == -EINVAL ? 0 : error;
	reading.tree = tree;
	error = shape_check(tree, faults, &shape);
	if (!error)
		error = document_new(text, length, shape.is_usable, &document);
	if (!error)
		error = assign_document(config, &reading, document);
	if (error == -EINVAL && faults->count == 0)
		faults_add(faults, place, "the file cannot be read");
	document_free(document);
	tree_free(tree);
	return error == -EINVAL ? 0 : error;
}

static int fail(
	const struct config_listener *listener, const char *name, const char *message, int error)
{
	listener->fault(listener->argument, name, message);
	return error;
}

int config_load_text(struct config *config, const char *name, const char *text, size_t length,
	const struct config_listener *listener)
{
	struct faults faults = {.count = 0};
	int error = read_text(config, text, length, &faults);

	if (error)
		return fail(listener, name, "out of memory", error);
	faults_tell(&faults, name, listener);
	return faults.count > 0 ? -EINVAL : 0;
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
		return fail(listener, path, strerror(-error), error);
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

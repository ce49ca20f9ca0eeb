/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/plugins.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "flow/builtin.h"

#define WORKER_STATE_MAX (1u << 20)
#define FLOW_STATE_MAX 256u
#define PLUGIN_TECHNIQUES_MAX 16
#define OPTIONS_SUGGESTED 32 /* of a plugin's options, the first */
#define PLUGIN_SETTINGS_MAX 256

/* What stands behind host->warn, ->fail and ->use_list while one plugin loads. */
struct loading {
	struct surgetap_host host; /* first: the plugin hands its address back */
	const struct plugins_listener *listener;
	struct plugins *plugins;
	const char *plugin;
};

static void on_warn(const struct surgetap_host *host, const char *where, const char *message)
{
	const struct loading *loading = (const struct loading *)host;
	loading->listener->warn(loading->listener->argument, loading->plugin, where, message);
}

static void on_fail(const struct surgetap_host *host, const char *where, const char *message)
{
	const struct loading *loading = (const struct loading *)host;
	loading->listener->fail(loading->listener->argument, loading->plugin, where, message);
}

static void on_use_list(const struct surgetap_host *host, const char *name, const char *state)
{
	plugins_note_list(((const struct loading *)host)->plugins, name, state);
}

void plugins_note_list(struct plugins *plugins, const char *name, const char *state)
{
	if (plugins->list_count == PLUGIN_LISTS_MAX)
		return;
	struct plugin_list *list = &plugins->lists[plugins->list_count++];
	snprintf(list->name, sizeof list->name, "%s", name);
	snprintf(list->state, sizeof list->state, "%s", state);
}

static int refuse(
	const struct plugins_listener *listener, const char *plugin, const char *message, int error)
{
	listener->fail(listener->argument, plugin, NULL, message);
	return error;
}

/* A public struct from another build may be anything: look at abi and size before anything else. */
static int check_code(const struct plugins_listener *listener, const char *origin,
	const struct surgetap_plugin *code)
{
	char text[128];
	if (code->abi != SURGETAP_ABI || code->size < sizeof *code) {
		snprintf(text, sizeof text,
			"built for plugin ABI %u (%u bytes), not %u (%zu bytes)", code->abi,
			code->size, SURGETAP_ABI, sizeof *code);
		return refuse(listener, origin, text, -ELIBBAD);
	}
	if (!code->name || !code->version || !code->summary || !code->techniques)
		return refuse(listener, origin, "name, version, summary or techniques is missing",
			-EINVAL);
	if (code->worker_state_size > WORKER_STATE_MAX || code->flow_state_size > FLOW_STATE_MAX)
		return refuse(
			listener, origin, "asks for more state than 1 MiB or 256 bytes", -EINVAL);
	if ((code->wants & SURGETAP_WANTS_PACKETS && !code->on_packet) ||
		(code->wants & SURGETAP_WANTS_CLASSIFIED && !code->on_classified) ||
		(code->wants & SURGETAP_WANTS_ENDED && !code->on_ended))
		return refuse(listener, origin, "wants a callback that it does not have", -EINVAL);
	return 0;
}

static struct plugin *find_plugin(struct plugins *plugins, const char *name)
{
	for (uint32_t i = 0; i < plugins->count; i++)
		if (strcmp(plugins->entries[i].code->name, name) == 0)
			return &plugins->entries[i];
	return NULL;
}

/* Puts a plugin into the table; one from a file takes the place of a built-in one of its name. */
static int register_plugin(const struct plugins_listener *listener, struct plugins *plugins,
	const struct plugin *candidate)
{
	const char *origin = candidate->file ? candidate->file : candidate->code->name;
	int error = check_code(listener, origin, candidate->code);
	if (error < 0)
		return error;
	struct plugin *place = find_plugin(plugins, candidate->code->name);
	if (place && place->file)
		return refuse(listener, origin, "a plugin of this name is loaded already", -EEXIST);
	if (!place && plugins->count == PLUGINS_MAX)
		return refuse(listener, origin, "more than 16 plugins", -ENOSPC);
	if (!place)
		place = &plugins->entries[plugins->count++];
	*place = *candidate;
	return 0;
}

static void *open_object(const char *file, int flags)
{
	/* dlopen looks a bare name up in the library path; an operator means the file here. */
	char path[4096];
	snprintf(path, sizeof path, "%s%s", strchr(file, '/') ? "" : "./", file);
	return dlopen(path, RTLD_NOW | RTLD_LOCAL | flags);
}

static int open_file(
	const struct plugins_listener *listener, struct plugins *plugins, const char *file)
{
	void *object = open_object(file, 0);
	if (!object)
		return refuse(listener, file, dlerror(), -ENOENT);
	const struct surgetap_plugin *code = dlsym(object, "surgetap_plugin");
	int error = code ? register_plugin(listener, plugins,
				   &(struct plugin){.code = code, .file = file, .object = object})
			 : refuse(listener, file, "exports no symbol surgetap_plugin", -ENOEXEC);
	if (error < 0)
		dlclose(object);
	return error;
}

static int add_techniques(
	const struct plugins_listener *listener, struct plugins *plugins, struct plugin *plugin)
{
	const struct surgetap_technique *technique = plugin->code->techniques;
	for (; technique->name; technique++) {
		if (plugin->technique_count == PLUGIN_TECHNIQUES_MAX)
			return refuse(
				listener, plugin->code->name, "more than 16 techniques", -ENOSPC);
		int number = technique_table_add(&plugins->techniques, technique);
		if (number == -ENOSPC)
			return refuse(listener, plugin->code->name,
				"more than 31 techniques over all plugins", number);
		if (number < 0)
			return refuse(listener, plugin->code->name,
				"a technique's name is not [a-z][a-z0-9-]* or is taken", number);
		plugin->techniques[plugin->technique_count++] = (uint8_t)number;
	}
	return 0;
}

static bool knows_option(const struct surgetap_plugin *code, const char *name)
{
	for (const struct surgetap_option *option = code->options; option && option->name; option++)
		if (strcmp(option->name, name) == 0)
			return true;
	return false;
}

/* "no such option: NAME", and which may have been meant. */
static void describe_option(
	const struct surgetap_plugin *code, const char *name, char *ret_text, size_t size)
{
	const char *names[OPTIONS_SUGGESTED + 1] = {NULL}, *nearest;
	size_t count = 0;

	for (const struct surgetap_option *option = code->options;
		option && option->name && count < OPTIONS_SUGGESTED; option++)
		names[count++] = option->name;
	nearest = nearest_word(name, names);
	snprintf(ret_text, size, "no such option: %s%s%s%s", name,
		nearest ? ", did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
}

static int check_settings(const struct plugins_listener *listener, struct plugins *plugins,
	const struct plugins_setting *settings, size_t count)
{
	char text[160];
	for (size_t i = 0; i < count; i++) {
		const struct plugin *plugin = find_plugin(plugins, settings[i].plugin);
		if (!plugin)
			return refuse(listener, settings[i].plugin,
				"settings are given, but there is no such plugin", -ENOENT);
		if (knows_option(plugin->code, settings[i].name))
			continue;
		describe_option(plugin->code, settings[i].name, text, sizeof text);
		return refuse(listener, settings[i].plugin, text, -EINVAL);
	}
	return 0;
}

static int load_plugin(const struct plugins_listener *listener, struct plugins *plugins,
	struct plugin *plugin, const struct plugins_setting *settings, size_t count)
{
	struct surgetap_setting own[PLUGIN_SETTINGS_MAX + 1] = {0};
	size_t own_count = 0;
	struct loading loading = {
		.host = {.abi = SURGETAP_ABI,
			.size = sizeof loading.host,
			.warn = on_warn,
			.fail = on_fail,
			.use_list = on_use_list},
		.listener = listener,
		.plugins = plugins,
		.plugin = plugin->code->name,
	};
	int error = add_techniques(listener, plugins, plugin);
	if (error < 0)
		return error;
	for (size_t i = 0; i < count && own_count < PLUGIN_SETTINGS_MAX; i++)
		if (strcmp(settings[i].plugin, plugin->code->name) == 0)
			own[own_count++] =
				(struct surgetap_setting){settings[i].name, settings[i].value};
	if (plugin->code->load)
		error = plugin->code->load(&loading.host, own, &plugin->shared);
	plugin->loaded = error == 0;
	return error < 0 ? error : 0;
}

static int load_all(const struct plugins_listener *listener, struct plugins *plugins,
	const struct plugins_setting *settings, size_t count)
{
	int error = check_settings(listener, plugins, settings, count);
	for (uint32_t i = 0; i < plugins->count && error == 0; i++)
		error = load_plugin(listener, plugins, &plugins->entries[i], settings, count);
	return error;
}

int plugins_load(const struct plugins_listener *listener, char *const *files, size_t file_count,
	const struct plugins_setting *settings, size_t setting_count, struct plugins **ret_plugins)
{
	struct plugins *plugins = calloc(1, sizeof *plugins);
	int error = 0;
	if (!plugins)
		return -ENOMEM;
	technique_table_init(&plugins->techniques);
	for (size_t i = 0; builtin_plugins[i] && error == 0; i++)
		error = register_plugin(
			listener, plugins, &(struct plugin){.code = builtin_plugins[i]});
	for (size_t i = 0; i < file_count && error == 0; i++)
		error = open_file(listener, plugins, files[i]);
	if (error == 0)
		error = load_all(listener, plugins, settings, setting_count);
	if (error < 0) {
		plugins_free(plugins);
		return error;
	}
	*ret_plugins = plugins;
	return 0;
}

/* One more reference to code that is in memory already, whatever has become of its file. */
static int share_code(const struct plugins_listener *listener, const struct plugin *former,
	struct plugin *ret_plugin)
{
	*ret_plugin = (struct plugin){.code = former->code, .file = former->file};
	if (!former->file)
		return 0;
	ret_plugin->object = open_object(former->file, RTLD_NOLOAD);
	return ret_plugin->object ? 0
				  : refuse(listener, former->file, "is no longer loaded", -ENOENT);
}

int plugins_load_anew(const struct plugins_listener *listener, const struct plugins *former,
	const struct plugins_setting *settings, size_t setting_count, struct plugins **ret_plugins)
{
	struct plugins *plugins = calloc(1, sizeof *plugins);
	int error = 0;
	if (!plugins)
		return -ENOMEM;
	technique_table_init(&plugins->techniques);
	for (; plugins->count < former->count && error == 0; plugins->count++)
		error = share_code(listener, &former->entries[plugins->count],
			&plugins->entries[plugins->count]);
	if (error == 0)
		error = load_all(listener, plugins, settings, setting_count);
	if (error < 0) {
		plugins_free(plugins);
		return error;
	}
	*ret_plugins = plugins;
	return 0;
}

void plugins_free(struct plugins *plugins)
{
	if (!plugins)
		return;
	for (uint32_t i = plugins->count; i-- > 0;) {
		struct plugin *plugin = &plugins->entries[i];
		if (plugin->loaded && plugin->code->unload)
			plugin->code->unload(plugin->shared);
		if (plugin->object)
			dlclose(plugin->object);
	}
	free(plugins);
}

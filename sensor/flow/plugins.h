/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_PLUGINS_H
#define FLOW_PLUGINS_H
/*
 * The plugins of a run: built-in ones and shared objects, loaded on one thread and read by all
 * workers.
 */
#include "flow/technique.h"

#define PLUGINS_MAX 16
#define PLUGIN_LISTS_MAX 8

/* Told what plugins say while they load. `plugin` is the plugin's name or the file it came from;
 * `where` may be NULL. */
struct plugins_listener {
	void (*warn)(void *argument, const char *plugin, const char *where, const char *message);
	void (*fail)(void *argument, const char *plugin, const char *where, const char *message);
	void *argument;
};

/* One setting for one plugin; strings stay the caller's and must outlive the plugins. */
struct plugins_setting {
	const char *plugin, *name, *value;
};

/* A plugin as loaded. */
struct plugin {
	const struct surgetap_plugin *code;
	const char *file; /* NULL for a built-in one */
	void *object;     /* of dlopen, NULL for a built-in one */
	void *shared;     /* what load returned */
	bool loaded;
	uint8_t techniques[16]; /* the plugin's own index -> number in the table */
	uint32_t technique_count;
};

/* A list or database in use, as a plugin or whoever loads it says; its state goes into alerts. */
struct plugin_list {
	char name[32], state[96];
};

struct plugins {
	struct plugin entries[PLUGINS_MAX];
	uint32_t count;
	struct technique_table techniques;
	struct plugin_list lists[PLUGIN_LISTS_MAX];
	uint32_t list_count;
};

/*
 * Loads the built-in plugins, then `files` in order. A file whose plugin bears the name of a
 * built-in one takes its place. A setting for a plugin or option that does not exist is a failure.
 * Returns 0 and *ret_plugins (owned by the caller, plugins_free), or -errno after listener->fail
 * was told why: a missing file, a missing symbol, another ABI number, too many techniques, a failed
 * load.
 */
int plugins_load(const struct plugins_listener *listener, char *const *files, size_t file_count,
	const struct plugins_setting *settings, size_t setting_count, struct plugins **ret_plugins);

/*
 * The same plugins, which are in use as `former`, loaded once more with other settings: their code
 * is shared, so that techniques and states of flows stay what they are; what they read is read
 * anew. Returns as plugins_load does. Both are freed by plugins_free, in any order; the names of
 * files stay those that `former` was given.
 */
int plugins_load_anew(const struct plugins_listener *listener, const struct plugins *former,
	const struct plugins_setting *settings, size_t setting_count, struct plugins **ret_plugins);

/* Notes a list or database that evidence rests on, and its age, for the alerts: `name` as a key,
 * `state` in words. Both are copied, and cut to their room; beyond PLUGIN_LISTS_MAX nothing is
 * noted. */
void plugins_note_list(struct plugins *plugins, const char *name, const char *state);

/* Unloads in reverse order. Accepts NULL. */
void plugins_free(struct plugins *plugins);

#endif

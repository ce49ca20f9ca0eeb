/* SPDX-License-Identifier: Apache-2.0 */
#include "config/shape.h"

#include "base/nearest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct look {
	const struct tree *tree;
	struct faults *faults;
	struct shape *shape;
	bool *is_seen;                    /* nodes, by number: one that comes again is an alias */
	bool is_named[SETTING_COUNT_MAX]; /* settings, by number */
};

static void refuse_key(struct look *look, const struct tree_node *key)
{
	const char *names[SETTING_COUNT_MAX + 1] = {NULL}, *nearest;

	for (size_t i = 0; i < SETTING_COUNT_MAX && settings[i].name; i++)
		names[i] = settings[i].name;
	nearest = nearest_word(key->text, names);
	faults_add(look->faults, key->place, "unknown key '%.64s'%s%s%s", key->text,
		nearest ? ", did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
}

/* The setting's number, or SETTING_COUNT_MAX after telling why there is none. */
static size_t find_setting(struct look *look, const struct tree_node *key)
{
	const struct setting *setting;

	if (key->kind != TREE_PLAIN || key->has_nul) {
		faults_add(look->faults, key->place, "a key must be a plain word");
		return SETTING_COUNT_MAX;
	}
	setting = setting_find(key->text);
	if (setting)
		return (size_t)(setting - settings);
	refuse_key(look, key);
	return SETTING_COUNT_MAX;
}

/* True when the node stands in the tree already. */
static bool is_alias(struct look *look, const struct tree_node *node)
{
	bool is_seen = look->is_seen[node->number];

	look->is_seen[node->number] = true;
	return is_seen;
}

/* An alias has no place of its own in the tree: `near` is told. */
static bool check_node(struct look *look, const struct setting *setting,
	const struct tree_node *node, enum tree_kind wanted, struct place near)
{
	if (is_alias(look, node))
		faults_add(look->faults, near, "'%s' is an alias, which is not supported",
			setting->name);
	else if (node->kind != wanted)
		faults_add(look->faults, node->place, "'%s' takes %s", setting->name,
			setting->kind == SETTING_LIST ? "a list of plain values"
						      : "one plain value");
	else if (node->has_nul)
		faults_add(look->faults, node->place, "the value holds a NUL character");
	else
		return true;
	return false;
}

static bool check_list(struct look *look, const struct setting *setting,
	const struct tree_node *list, struct place near)
{
	bool is_usable = true;

	if (!check_node(look, setting, list, TREE_LIST, near))
		return false;
	if (list->count > SETTING_LIST_MAX) {
		faults_add(look->faults, list->place, "'%s' has more than %d entries",
			setting->name, SETTING_LIST_MAX);
		return false;
	}
	for (size_t i = 0; i < list->count; i++) {
		struct tree_node entry = tree_entry(look->tree, list, i);

		is_usable &= check_node(look, setting, &entry, TREE_PLAIN, near);
	}
	return is_usable;
}

static void check_pair(struct look *look, const struct tree_node *root, size_t pair)
{
	struct tree_node key = tree_key(look->tree, root, pair);
	struct tree_node value = tree_value(look->tree, root, pair);
	size_t number = find_setting(look, &key);
	const struct setting *setting;
	bool is_usable;

	if (number == SETTING_COUNT_MAX)
		return;
	setting = &settings[number];
	if (look->is_named[number])
		faults_add(look->faults, key.place, "key '%s' comes twice", setting->name);
	is_usable = setting->kind == SETTING_LIST
			    ? check_list(look, setting, &value, key.place)
			    : check_node(look, setting, &value, TREE_PLAIN, key.place);
	look->shape->is_usable[number] = is_usable && !look->is_named[number];
	look->shape->values[number] = value;
	look->is_named[number] = true;
}

int shape_check(const struct tree *tree, struct faults *faults, struct shape *ret_shape)
{
	struct tree_node root = tree_root(tree);
	struct look look = {.tree = tree, .faults = faults, .shape = ret_shape};

	*ret_shape = (struct shape){0};
	if (root.kind == TREE_NOTHING)
		return 0;
	if (root.kind != TREE_MAPPING) {
		faults_add(faults, root.place, "expected lines of 'key: value'");
		return 0;
	}
	look.is_seen = calloc(tree_size(tree) + 1, sizeof(*look.is_seen));
	if (!look.is_seen)
		return -ENOMEM;
	for (size_t i = 0; i < root.count; i++)
		check_pair(&look, &root, i);
	free(look.is_seen);
	return 0;
}

struct place shape_place(
	const struct shape *shape, const struct tree *tree, size_t number, size_t entry)
{
	const struct tree_node *value = &shape->values[number];

	if (value->kind == TREE_LIST && entry < value->count)
		return tree_entry(tree, value, entry).place;
	return value->place;
}

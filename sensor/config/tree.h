/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_TREE_H
#define CONFIG_TREE_H
/*
 * A YAML file as a tree whose nodes know where they stand. libcyaml gives texts, but tells the
 * place of the event it read last, and stops at its first fault; so shape and places are looked up
 * here. tree.c is the only file that knows libyaml.
 */
#include <stdbool.h>
#include <stddef.h>

#define TREE_PROBLEM_SIZE 128

/* Both count from 1; a column counts characters. */
struct place {
	size_t line, column;
};

struct tree;

enum tree_kind {
	TREE_NOTHING, /* the root of an empty file */
	TREE_PLAIN,
	TREE_LIST,
	TREE_MAPPING,
};

/* A node as a value; its text is the tree's. */
struct tree_node {
	struct place place;
	enum tree_kind kind;
	const char *text; /* of a plain value, else NULL; ends at a NUL that the value holds */
	bool has_nul;
	size_t count; /* entries of a list, pairs of a mapping */
	int number;   /* the same for an alias and what it stands for */
};

/* Reads `length` bytes of YAML. Returns 0; -ENOMEM; or -EINVAL with the place and the reason when
 * the text is no YAML or holds more than one document. */
int tree_new(const char *text, size_t length, struct tree **ret_tree, struct place *ret_place,
	char ret_problem[TREE_PROBLEM_SIZE]);

void tree_free(struct tree *tree);

struct tree_node tree_root(const struct tree *tree);

/* The key and the value of pair `pair` (from 0, below count) of a mapping. */
struct tree_node tree_key(const struct tree *tree, const struct tree_node *mapping, size_t pair);
struct tree_node tree_value(const struct tree *tree, const struct tree_node *mapping, size_t pair);

/* Entry `entry` (from 0, below count) of a list. */
struct tree_node tree_entry(const struct tree *tree, const struct tree_node *list, size_t entry);

/* The number of nodes; `number` of each lies in 1..count. */
size_t tree_size(const struct tree *tree);

/* The version string of libyaml found at run time. */
const char *tree_library_version(void);

#endif

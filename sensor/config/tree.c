/* SPDX-License-Identifier: Apache-2.0 */
#include "config/tree.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

struct tree {
	yaml_document_t document;
};

static struct place place_of_mark(const yaml_mark_t *mark)
{
	return (struct place){mark->line + 1, mark->column + 1};
}

/* Nodes are numbered from 1; items of a list and pairs of a mapping hold these numbers. */
static const yaml_node_t *get_node(const struct tree *tree, int number)
{
	const yaml_node_t *first = tree->document.nodes.start;

	return first + number - 1;
}

static const yaml_node_t *get_root(const struct tree *tree)
{
	const yaml_node_t *first = tree->document.nodes.start;

	return first == tree->document.nodes.top ? NULL : first;
}

/* The reader of bytes knows an offset only. */
static struct place place_of_offset(const char *text, size_t length, size_t offset)
{
	struct place place = {1, 1};

	for (size_t i = 0; i < offset && i < length; i++) {
		bool is_inside_character = ((unsigned char)text[i] & 0xc0) == 0x80;

		place.column += !is_inside_character;
		if (text[i] == '\n')
			place = (struct place){place.line + 1, 1};
	}
	return place;
}

static int tell_problem(
	const yaml_parser_t *parser, struct place *ret_place, char ret_problem[TREE_PROBLEM_SIZE])
{
	if (parser->error == YAML_MEMORY_ERROR)
		return -ENOMEM;
	*ret_place = place_of_mark(&parser->problem_mark);
	if (parser->error == YAML_READER_ERROR)
		*ret_place = place_of_offset((const char *)parser->input.string.start,
			(size_t)(parser->input.string.end - parser->input.string.start),
			parser->problem_offset);
	snprintf(ret_problem, TREE_PROBLEM_SIZE, "%s",
		parser->problem ? parser->problem : "no YAML");
	return -EINVAL;
}

static int refuse_more_documents(
	yaml_parser_t *parser, struct place *ret_place, char ret_problem[TREE_PROBLEM_SIZE])
{
	yaml_document_t next;
	const yaml_node_t *root;
	int error = 0;

	if (!yaml_parser_load(parser, &next))
		return tell_problem(parser, ret_place, ret_problem);
	root = yaml_document_get_root_node(&next);
	if (root) {
		*ret_place = place_of_mark(&root->start_mark);
		snprintf(ret_problem, TREE_PROBLEM_SIZE, "a second document begins here");
		error = -EINVAL;
	}
	yaml_document_delete(&next);
	return error;
}

static int load_document(yaml_parser_t *parser, struct tree *tree, struct place *ret_place,
	char ret_problem[TREE_PROBLEM_SIZE])
{
	if (!yaml_parser_load(parser, &tree->document))
		return tell_problem(parser, ret_place, ret_problem);
	return get_root(tree) ? refuse_more_documents(parser, ret_place, ret_problem) : 0;
}

int tree_new(const char *text, size_t length, struct tree **ret_tree, struct place *ret_place,
	char ret_problem[TREE_PROBLEM_SIZE])
{
	struct tree *tree = calloc(1, sizeof(*tree));
	yaml_parser_t parser;
	int error;

	if (!tree)
		return -ENOMEM;
	if (!yaml_parser_initialize(&parser)) {
		free(tree);
		return -ENOMEM;
	}
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
	error = load_document(&parser, tree, ret_place, ret_problem);
	yaml_parser_delete(&parser);
	if (error) {
		tree_free(tree);
		return error;
	}
	*ret_tree = tree;
	return 0;
}

void tree_free(struct tree *tree)
{
	if (!tree)
		return;
	yaml_document_delete(&tree->document);
	free(tree);
}

static struct tree_node describe(const struct tree *tree, const yaml_node_t *node)
{
	struct tree_node described = {.place = place_of_mark(&node->start_mark),
		.number = (int)(node - tree->document.nodes.start) + 1};

	switch (node->type) {
	case YAML_SCALAR_NODE:
		described.kind = TREE_PLAIN;
		described.text = (const char *)node->data.scalar.value;
		described.has_nul = memchr(described.text, 0, node->data.scalar.length) != NULL;
		break;
	case YAML_SEQUENCE_NODE:
		described.kind = TREE_LIST;
		described.count =
			(size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
		break;
	case YAML_MAPPING_NODE:
		described.kind = TREE_MAPPING;
		described.count =
			(size_t)(node->data.mapping.pairs.top - node->data.mapping.pairs.start);
		break;
	case YAML_NO_NODE:
		break;
	}
	return described;
}

struct tree_node tree_root(const struct tree *tree)
{
	const yaml_node_t *root = get_root(tree);

	return root ? describe(tree, root) : (struct tree_node){.place = {1, 1}};
}

struct tree_node tree_key(const struct tree *tree, const struct tree_node *mapping, size_t pair)
{
	const yaml_node_t *node = get_node(tree, mapping->number);

	return describe(tree, get_node(tree, node->data.mapping.pairs.start[pair].key));
}

struct tree_node tree_value(const struct tree *tree, const struct tree_node *mapping, size_t pair)
{
	const yaml_node_t *node = get_node(tree, mapping->number);

	return describe(tree, get_node(tree, node->data.mapping.pairs.start[pair].value));
}

struct tree_node tree_entry(const struct tree *tree, const struct tree_node *list, size_t entry)
{
	const yaml_node_t *node = get_node(tree, list->number);

	return describe(tree, get_node(tree, node->data.sequence.items.start[entry]));
}

size_t tree_size(const struct tree *tree)
{
	return (size_t)(tree->document.nodes.top - tree->document.nodes.start);
}

const char *tree_library_version(void)
{
	return yaml_get_version_string();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "config/place.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

struct place_index {
	yaml_document_t document;
};

static struct place place_of_mark(const yaml_mark_t *mark)
{
	return (struct place){mark->line + 1, mark->column + 1};
}

/* Nodes are numbered from 1; items of a list and pairs of a mapping hold these numbers. */
static const yaml_node_t *get_node(const struct place_index *index, int number)
{
	const yaml_node_t *first = index->document.nodes.start;

	return first + number - 1;
}

static const yaml_node_t *get_root(const struct place_index *index)
{
	const yaml_node_t *first = index->document.nodes.start;

	return first == index->document.nodes.top ? NULL : first;
}

/* Finds what libcyaml would not tell: it cuts values at a NUL, and has no place for keys that are
 * lists. */
static const yaml_node_t *find_unusable(const struct place_index *index, const char **ret_problem)
{
	const yaml_node_t *root = get_root(index);

	for (const yaml_node_t *node = root; node && node < index->document.nodes.top; node++)
		if (node->type == YAML_SCALAR_NODE &&
			memchr(node->data.scalar.value, 0, node->data.scalar.length)) {
			*ret_problem = "the value holds a NUL character";
			return node;
		}
	if (!root || root->type != YAML_MAPPING_NODE)
		return NULL;
	for (const yaml_node_pair_t *pair = root->data.mapping.pairs.start;
		pair < root->data.mapping.pairs.top; pair++)
		if (get_node(index, pair->key)->type != YAML_SCALAR_NODE) {
			*ret_problem = "a key must be a plain word";
			return get_node(index, pair->key);
		}
	return NULL;
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
	const yaml_parser_t *parser, struct place *ret_place, char ret_problem[PLACE_PROBLEM_SIZE])
{
	if (parser->error == YAML_MEMORY_ERROR)
		return -ENOMEM;
	*ret_place = place_of_mark(&parser->problem_mark);
	if (parser->error == YAML_READER_ERROR)
		*ret_place = place_of_offset((const char *)parser->input.string.start,
			(size_t)(parser->input.string.end - parser->input.string.start),
			parser->problem_offset);
	snprintf(ret_problem, PLACE_PROBLEM_SIZE, "%s",
		parser->problem ? parser->problem : "no YAML");
	return -EINVAL;
}

static int refuse_more_documents(
	yaml_parser_t *parser, struct place *ret_place, char ret_problem[PLACE_PROBLEM_SIZE])
{
	yaml_document_t next;
	const yaml_node_t *root;
	int error = 0;

	if (!yaml_parser_load(parser, &next))
		return tell_problem(parser, ret_place, ret_problem);
	root = yaml_document_get_root_node(&next);
	if (root) {
		*ret_place = place_of_mark(&root->start_mark);
		snprintf(ret_problem, PLACE_PROBLEM_SIZE, "a second document begins here");
		error = -EINVAL;
	}
	yaml_document_delete(&next);
	return error;
}

static int load_document(yaml_parser_t *parser, struct place_index *index, struct place *ret_place,
	char ret_problem[PLACE_PROBLEM_SIZE])
{
	const yaml_node_t *unusable;
	const char *problem = "";

	if (!yaml_parser_load(parser, &index->document))
		return tell_problem(parser, ret_place, ret_problem);
	unusable = find_unusable(index, &problem);
	if (unusable) {
		*ret_place = place_of_mark(&unusable->start_mark);
		snprintf(ret_problem, PLACE_PROBLEM_SIZE, "%s", problem);
		return -EINVAL;
	}
	return get_root(index) ? refuse_more_documents(parser, ret_place, ret_problem) : 0;
}

int place_index_new(const char *text, size_t length, struct place_index **ret_index,
	struct place *ret_place, char ret_problem[PLACE_PROBLEM_SIZE])
{
	struct place_index *index = calloc(1, sizeof(*index));
	yaml_parser_t parser;
	int error;

	if (!index)
		return -ENOMEM;
	if (!yaml_parser_initialize(&parser)) {
		free(index);
		return -ENOMEM;
	}
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
	error = load_document(&parser, index, ret_place, ret_problem);
	yaml_parser_delete(&parser);
	if (error) {
		place_index_free(index);
		return error;
	}
	*ret_index = index;
	return 0;
}

void place_index_free(struct place_index *index)
{
	if (!index)
		return;
	yaml_document_delete(&index->document);
	free(index);
}

static const yaml_node_pair_t *find_pair(const struct place_index *index, const char *key)
{
	const yaml_node_t *root = get_root(index);
	const yaml_node_pair_t *found = NULL;

	if (!root || root->type != YAML_MAPPING_NODE)
		return NULL;
	for (const yaml_node_pair_t *pair = root->data.mapping.pairs.start;
		pair < root->data.mapping.pairs.top; pair++) {
		const yaml_node_t *name = get_node(index, pair->key);

		if (name->type == YAML_SCALAR_NODE &&
			strcmp((const char *)name->data.scalar.value, key) == 0)
			found = pair;
	}
	return found;
}

static struct place place_of_node(const yaml_node_t *node)
{
	return node ? place_of_mark(&node->start_mark) : (struct place){1, 1};
}

struct place place_of_key(const struct place_index *index, const char *key)
{
	const yaml_node_pair_t *pair = find_pair(index, key);

	return place_of_node(pair ? get_node(index, pair->key) : get_root(index));
}

struct place place_of_value(const struct place_index *index, const char *key, size_t entry)
{
	const yaml_node_pair_t *pair = find_pair(index, key);
	const yaml_node_t *value;

	if (!pair)
		return place_of_node(get_root(index));
	value = get_node(index, pair->value);
	if (value->type == YAML_SEQUENCE_NODE) {
		const yaml_node_item_t *items = value->data.sequence.items.start;

		if (entry < (size_t)(value->data.sequence.items.top - items))
			value = get_node(index, items[entry]);
	}
	return place_of_node(value);
}

const char *place_library_version(void)
{
	return yaml_get_version_string();
}

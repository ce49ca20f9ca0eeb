/* SPDX-License-Identifier: Apache-2.0 */
#include "config/document.h"

#include <cyaml/cyaml.h>
#include <errno.h>
#include <stdlib.h>

/* What libcyaml fills for one setting: `text`, or a list of `items` for SETTING_LIST. */
struct slot {
	char *text;
	char **items;
	uint32_t item_count;
};

struct document {
	cyaml_schema_field_t fields[SETTING_COUNT_MAX + 1]; /* ended by a NULL key */
	cyaml_schema_value_t top;
	struct slot *slots; /* NULL for an empty file */
};

static const cyaml_schema_value_t text_schema = {
	CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 0, CYAML_UNLIMITED),
};

static cyaml_schema_field_t make_field(const struct setting *setting, size_t number)
{
	cyaml_schema_field_t field = {.key = setting->name};
	uint32_t base = (uint32_t)(number * sizeof(struct slot));

	if (setting->kind == SETTING_LIST) {
		field.data_offset = base + (uint32_t)offsetof(struct slot, items);
		field.count_offset = base + (uint32_t)offsetof(struct slot, item_count);
		field.count_size = sizeof(uint32_t);
		field.value = (cyaml_schema_value_t){
			CYAML_VALUE_SEQUENCE(CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, char *,
				&text_schema, 0, SETTING_LIST_MAX),
		};
		return field;
	}
	field.data_offset = base + (uint32_t)offsetof(struct slot, text);
	field.value = text_schema;
	field.value.flags |= CYAML_FLAG_OPTIONAL;
	return field;
}

/* A setting that is not wanted gets no field: libcyaml passes over keys that it does not know. */
static void make_schema(struct document *document, const bool is_wanted[SETTING_COUNT_MAX])
{
	size_t count = 0, fields = 0;

	for (; count < SETTING_COUNT_MAX && settings[count].name; count++)
		if (is_wanted[count])
			document->fields[fields++] = make_field(&settings[count], count);
	document->top = (cyaml_schema_value_t){
		.type = CYAML_MAPPING,
		.flags = CYAML_FLAG_POINTER,
		.data_size = (uint32_t)(count * sizeof(struct slot)),
		.mapping.fields = document->fields,
	};
}

static const cyaml_config_t config = {
	.mem_fn = cyaml_mem,
	.flags = CYAML_CFG_NO_ALIAS | CYAML_CFG_IGNORE_UNKNOWN_KEYS,
};

int document_new(const char *text, size_t length, const bool is_wanted[SETTING_COUNT_MAX],
	struct document **ret_document)
{
	struct document *document = calloc(1, sizeof(*document));
	cyaml_err_t code;

	if (!document)
		return -ENOMEM;
	make_schema(document, is_wanted);
	code = cyaml_load_data((const uint8_t *)text, length, &config, &document->top,
		(cyaml_data_t **)&document->slots, NULL);
	if (code != CYAML_OK) {
		free(document);
		return code == CYAML_ERR_OOM ? -ENOMEM : -EINVAL;
	}
	*ret_document = document;
	return 0;
}

void document_free(struct document *document)
{
	if (!document)
		return;
	cyaml_free(&config, &document->top, document->slots, 0);
	free(document);
}

struct config_list document_values(const struct document *document, size_t number)
{
	struct slot *slot = document->slots ? &document->slots[number] : NULL;

	if (!slot)
		return (struct config_list){0};
	if (settings[number].kind == SETTING_LIST)
		return (struct config_list){slot->items, slot->item_count};
	return (struct config_list){&slot->text, slot->text != NULL};
}

const char *document_library_version(void)
{
	return cyaml_version_str;
}

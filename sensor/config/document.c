/* SPDX-License-Identifier: Apache-2.0 */
#include "config/document.h"

#include "base/nearest.h"

#include <cyaml/cyaml.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SETTINGS_MAX 64

/* What libcyaml fills for one setting: `text`, or a list of `items` for SETTING_LIST. */
struct slot {
	char *text;
	char **items;
	uint32_t item_count;
};

struct document {
	cyaml_schema_field_t fields[SETTINGS_MAX + 1]; /* ended by a NULL key */
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

static int make_schema(struct document *document)
{
	size_t count = 0;

	for (; settings[count].name; count++) {
		if (count == SETTINGS_MAX)
			return -ENOSPC;
		document->fields[count] = make_field(&settings[count], count);
	}
	document->top = (cyaml_schema_value_t){
		.type = CYAML_MAPPING,
		.flags = CYAML_FLAG_POINTER,
		.data_size = (uint32_t)(count * sizeof(struct slot)),
		.mapping.fields = document->fields,
	};
	return 0;
}

/* libcyaml tells what is wrong in lines of log; the error code alone names no key. */
static void read_log_line(cyaml_log_t level, void *context, const char *format, va_list arguments)
	__attribute__((format(printf, 3, 0)));

static void read_log_line(cyaml_log_t level, void *context, const char *format, va_list arguments)
{
	struct document_fault *fault = context;
	char line[256];
	const char *value;

	if (level < CYAML_LOG_ERROR)
		return;
	vsnprintf(line, sizeof(line), format, arguments);
	line[strcspn(line, "\n")] = '\0';
	if ((value = strstr(line, "Unexpected key: ")) ||
		(value = strstr(line, "already seen: "))) {
		snprintf(fault->key, sizeof(fault->key), "%s", strchr(value, ':') + 2);
		fault->is_in_key = true;
	} else if ((value = strstr(line, "in mapping field '")) && !*fault->key) {
		snprintf(fault->key, sizeof(fault->key), "%s", strchr(value, '\'') + 1);
		fault->key[strcspn(fault->key, "'")] = '\0';
	} else if ((value = strstr(line, "in sequence entry '"))) {
		fault->entry = strtoul(strchr(value, '\'') + 1, NULL, 10);
		fault->entry -= fault->entry > 0; /* libcyaml counts from 1 */
	}
}

static void describe_key(struct document_fault *fault)
{
	const char *names[SETTINGS_MAX + 1] = {NULL}, *nearest;

	if (setting_find(fault->key)) {
		snprintf(
			fault->message, sizeof(fault->message), "key '%s' comes twice", fault->key);
		return;
	}
	for (size_t i = 0; i < SETTINGS_MAX && settings[i].name; i++)
		names[i] = settings[i].name;
	nearest = nearest_word(fault->key, names);
	snprintf(fault->message, sizeof(fault->message), "unknown key '%s'%s%s%s", fault->key,
		nearest ? ", did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
}

static void describe_value(cyaml_err_t code, struct document_fault *fault)
{
	const struct setting *setting = setting_find(fault->key);
	const char *wanted = "takes one plain value";

	if (!setting) {
		snprintf(fault->message, sizeof(fault->message), "expected lines of 'key: value'");
		return;
	}
	if (setting->kind == SETTING_LIST)
		wanted = "takes a list of plain values";
	else
		fault->entry = SIZE_MAX; /* the list is wrong, none of its entries */
	if (code == CYAML_ERR_ALIAS)
		wanted = "is an alias, which is not supported";
	else if (code == CYAML_ERR_SEQUENCE_ENTRIES_MAX)
		wanted = "has too many entries";
	snprintf(fault->message, sizeof(fault->message), "'%s' %s", setting->name, wanted);
}

static cyaml_config_t make_config(struct document_fault *fault)
{
	return (cyaml_config_t){
		.log_fn = fault ? read_log_line : NULL,
		.log_ctx = fault,
		.log_level = CYAML_LOG_ERROR,
		.mem_fn = cyaml_mem,
		.flags = CYAML_CFG_NO_ALIAS,
	};
}

int document_new(const char *text, size_t length, struct document **ret_document,
	struct document_fault *ret_fault)
{
	struct document *document = calloc(1, sizeof(*document));
	struct document_fault fault = {.key = ""};
	cyaml_config_t config = make_config(&fault);
	cyaml_err_t code;
	int error;

	if (!document)
		return -ENOMEM;
	error = make_schema(document);
	if (error)
		goto fail;
	code = cyaml_load_data((const uint8_t *)text, length, &config, &document->top,
		(cyaml_data_t **)&document->slots, NULL);
	if (code == CYAML_OK) {
		*ret_document = document;
		return 0;
	}
	error = code == CYAML_ERR_OOM ? -ENOMEM : -EINVAL;
	if (fault.is_in_key)
		describe_key(&fault);
	else
		describe_value(code, &fault);
	*ret_fault = fault;
fail:
	free(document);
	return error;
}

void document_free(struct document *document)
{
	cyaml_config_t config = make_config(NULL);

	if (!document)
		return;
	cyaml_free(&config, &document->top, document->slots, 0);
	free(document);
}

size_t document_count(const struct document *document, size_t number)
{
	const struct slot *slot = document->slots ? &document->slots[number] : NULL;

	if (!slot)
		return 0;
	return settings[number].kind == SETTING_LIST ? slot->item_count : slot->text != NULL;
}

const char *document_text(const struct document *document, size_t number, size_t entry)
{
	const struct slot *slot = &document->slots[number];

	return settings[number].kind == SETTING_LIST ? slot->items[entry] : slot->text;
}

const char *document_library_version(void)
{
	return cyaml_version_str;
}

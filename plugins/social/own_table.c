/* SPDX-License-Identifier: Apache-2.0 */
#include "own_table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_SIZE 512
#define BLANKS " \t\r\n"

struct entry {
	struct service service; /* its domain and name are `text`; first, for the search */
	bool is_none;
	unsigned line;
	char *text;
};

struct own_table {
	struct entry *entries;
	size_t count, room;
};

static int refuse(struct own_table_fault *fault, unsigned line, const char *message)
{
	fault->line = line;
	snprintf(fault->message, sizeof fault->message, "%s", message);
	return -EINVAL;
}

static bool read_group(const char *word, struct entry *entry)
{
	if (!word)
		return false;
	entry->is_none = strcmp(word, "none") == 0;
	entry->service.group = strcmp(word, "chinese") == 0 ? SERVICE_CHINESE : SERVICE_WESTERN;
	return entry->is_none || entry->service.group == SERVICE_CHINESE ||
	       strcmp(word, "western") == 0;
}

static bool read_kind(const char *word, struct entry *entry)
{
	bool is_contact = word && strcmp(word, "contact") == 0;

	entry->service.kind = is_contact ? SURGETAP_KIND_CONTACT : SURGETAP_KIND_TUNNEL;
	return !word || is_contact || strcmp(word, "use") == 0;
}

/* Letters to lower case; false for what is no domain. */
static bool tidy_domain(char *domain)
{
	size_t length = strlen(domain);

	for (char *at = domain; *at; at++) {
		*at = (char)tolower((unsigned char)*at);
		if (!isalnum((unsigned char)*at) && !strchr("-_.", *at))
			return false;
	}
	return length < SURGETAP_DOMAIN_SIZE && domain[0] != '.' && domain[length - 1] != '.' &&
	       !strstr(domain, "..");
}

static int add_entry(struct own_table *table, struct entry *entry, const char *domain)
{
	if (table->count == table->room) {
		size_t room = table->room ? 2 * table->room : 64;
		struct entry *larger = reallocarray(table->entries, room, sizeof *larger);

		if (!larger)
			return -ENOMEM;
		table->entries = larger;
		table->room = room;
	}
	entry->text = strdup(domain);
	if (!entry->text)
		return -ENOMEM;
	entry->service.domain.name = entry->service.name = entry->text;
	table->entries[table->count++] = *entry;
	return 0;
}

static int read_line(
	struct own_table *table, char *line, unsigned number, struct own_table_fault *fault)
{
	struct entry entry = {.line = number};
	char *rest, *domain;

	line[strcspn(line, "#")] = '\0';
	domain = strtok_r(line, BLANKS, &rest);
	if (!domain)
		return 0;
	if (!tidy_domain(domain))
		return refuse(fault, number, "not a domain such as weibo.com");
	if (!read_group(strtok_r(NULL, BLANKS, &rest), &entry))
		return refuse(fault, number, "the group has to be western, chinese or none");
	if (!read_kind(strtok_r(NULL, BLANKS, &rest), &entry))
		return refuse(fault, number, "the kind has to be use or contact");
	if (strtok_r(NULL, BLANKS, &rest))
		return refuse(fault, number, "more than domain, group and kind");
	if (table->count == OWN_TABLE_ENTRIES_MAX) {
		refuse(fault, number, "too many domains");
		return -E2BIG;
	}
	return add_entry(table, &entry, domain);
}

static int read_lines(FILE *stream, struct own_table *table, struct own_table_fault *fault)
{
	char line[LINE_SIZE];
	unsigned number = 0;

	while (fgets(line, sizeof line, stream)) {
		int error;

		number++;
		if (!strchr(line, '\n') && strlen(line) + 1 == sizeof line)
			return refuse(fault, number, "the line is too long");
		error = read_line(table, line, number, fault);
		if (error < 0)
			return error;
	}
	return ferror(stream) ? -errno : 0;
}

static int compare(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	int order = strcmp(a->text, b->text);

	return order ? order : (a->line > b->line) - (a->line < b->line);
}

static int sort(struct own_table *table, struct own_table_fault *fault)
{
	if (table->count > 0)
		qsort(table->entries, table->count, sizeof *table->entries, compare);
	for (size_t i = 1; i < table->count; i++)
		if (strcmp(table->entries[i - 1].text, table->entries[i].text) == 0)
			return refuse(fault, table->entries[i].line, "the domain stands twice");
	return 0;
}

int own_table_parse(FILE *stream, struct own_table **ret_table, struct own_table_fault *ret_fault)
{
	struct own_table *table = calloc(1, sizeof *table);
	int error = -ENOMEM;

	*ret_fault = (struct own_table_fault){0};
	if (table)
		error = read_lines(stream, table, ret_fault);
	if (error == 0)
		error = sort(table, ret_fault);
	if (error == 0) {
		*ret_table = table;
		return 0;
	}
	own_table_free(table);
	if (ret_fault->message[0] == '\0')
		snprintf(ret_fault->message, sizeof ret_fault->message, "%s", strerror(-error));
	return error;
}

int own_table_read(
	const char *path, struct own_table **ret_table, struct own_table_fault *ret_fault)
{
	FILE *stream = fopen(path, "re");
	int error = -errno;

	if (!stream) {
		*ret_fault = (struct own_table_fault){0};
		snprintf(ret_fault->message, sizeof ret_fault->message, "%s", strerror(-error));
		return error;
	}
	error = own_table_parse(stream, ret_table, ret_fault);
	fclose(stream);
	return error;
}

void own_table_free(struct own_table *table)
{
	if (!table)
		return;
	for (size_t i = 0; i < table->count; i++)
		free(table->entries[i].text);
	free(table->entries);
	free(table);
}

bool own_table_find(
	const struct own_table *table, const char *server_name, const struct service **ret_service)
{
	const struct entry *entry = NULL;

	if (table)
		entry = surgetap_domain_find(
			server_name, table->entries, table->count, sizeof *table->entries);
	if (!entry)
		return false;
	*ret_service = entry->is_none ? NULL : &entry->service;
	return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "geoip/networks.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct networks {
	struct network *own; /* rows read from a file, ascending by ASN */
	size_t own_count;
};

struct reader {
	const struct geoip_listener *listener;
	const char *file;
	unsigned line, faults;
	struct network *rows;
	size_t count, capacity;
};

static const struct {
	const char *name;
	enum surgetap_network kind;
} kinds[] = {
	{"rentable", SURGETAP_NETWORK_RENTABLE},
	{"hyperscaler", SURGETAP_NETWORK_HYPERSCALER},
	{"cdn", SURGETAP_NETWORK_CDN},
	{"vpn", SURGETAP_NETWORK_VPN},
	{"unknown", SURGETAP_NETWORK_UNKNOWN},
};

static void tell(const struct geoip_listener *listener, const char *place, const char *message)
{
	if (listener != NULL && listener->fault != NULL)
		listener->fault(listener->argument, place, message);
}

static void tell_fault(struct reader *reader, const char *place, const char *message)
{
	if (reader->faults++ < NETWORKS_FAULTS_TOLD)
		tell(reader->listener, place, message);
}

static void tell_line(struct reader *reader, unsigned line, const char *message)
{
	char place[4200];

	snprintf(place, sizeof place, "%s:%u", reader->file, line);
	tell_fault(reader, place, message);
}

static char *trim(char *text)
{
	char *end;

	while (isspace((unsigned char)*text))
		text++;
	end = text + strlen(text);
	while (end > text && isspace((unsigned char)end[-1]))
		end--;
	*end = '\0';
	return text;
}

static bool parse_asn(const char *text, uint32_t *ret_asn)
{
	unsigned long long number;
	char *end;

	if ((text[0] == 'A' || text[0] == 'a') && (text[1] == 'S' || text[1] == 's'))
		text += 2;
	if (!isdigit((unsigned char)text[0]))
		return false;
	errno = 0;
	number = strtoull(text, &end, 10);
	if (*end != '\0' || errno != 0 || number == 0 || number > UINT32_MAX)
		return false;
	*ret_asn = (uint32_t)number;
	return true;
}

static bool parse_kind(const char *text, enum surgetap_network *ret_kind)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (strcmp(kinds[i].name, text) == 0) {
			*ret_kind = kinds[i].kind;
			return true;
		}
	}
	return false;
}

static int append(struct reader *reader, const struct network *row)
{
	if (reader->count == reader->capacity) {
		size_t capacity = reader->capacity ? 2 * reader->capacity : 256;
		struct network *rows = realloc(reader->rows, capacity * sizeof *rows);

		if (rows == NULL)
			return -ENOMEM;
		reader->rows = rows;
		reader->capacity = capacity;
	}
	reader->rows[reader->count] = *row;
	reader->rows[reader->count].name = strdup(row->name);
	if (reader->rows[reader->count].name == NULL)
		return -ENOMEM;
	reader->count++;
	return 0;
}

static int read_line(struct reader *reader, char *line)
{
	struct network row = {.source = reader->file, .line = reader->line};
	char *fields[3] = {trim(line), NULL, NULL};

	if (fields[0][0] == '\0' || fields[0][0] == '#')
		return 0;
	for (size_t i = 1; i < 3; i++) {
		char *comma = strchr(fields[i - 1], ',');

		if (comma == NULL) {
			tell_line(reader, reader->line, "expected ASN,kind,name");
			return 0;
		}
		*comma = '\0';
		fields[i] = comma + 1;
	}
	if (!parse_asn(trim(fields[0]), &row.asn)) {
		tell_line(reader, reader->line, "the first field is no ASN");
		return 0;
	}
	if (!parse_kind(trim(fields[1]), &row.kind)) {
		tell_line(reader, reader->line,
			"kind is none of rentable, hyperscaler, cdn, vpn, unknown");
		return 0;
	}
	row.name = trim(fields[2]);
	if (reader->count == NETWORKS_MAX) {
		tell_line(reader, reader->line, "too many rows");
		return 0;
	}
	return append(reader, &row);
}

static int compare_asns(const void *a, const void *b)
{
	const struct network *left = a, *right = b;

	return left->asn < right->asn ? -1 : left->asn > right->asn;
}

static int compare_rows(const void *a, const void *b)
{
	const struct network *left = a, *right = b;
	int order = compare_asns(a, b);

	return order != 0 ? order : left->line < right->line ? -1 : left->line > right->line;
}

static const char *kind_name(enum surgetap_network kind)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (kinds[i].kind == kind)
			return kinds[i].name;
	return "";
}

/* Sorts, and looks for an ASN with two kinds; equal rows do no harm to a binary search. */
static void settle(struct reader *reader)
{
	const struct network *first = reader->rows;

	if (reader->count > 1)
		qsort(reader->rows, reader->count, sizeof *reader->rows, compare_rows);
	for (size_t i = 1; i < reader->count; i++) {
		const struct network *row = &reader->rows[i];
		char message[80];

		if (first->asn != row->asn) {
			first = row;
			continue;
		}
		if (first->kind == row->kind)
			continue;
		snprintf(message, sizeof message, "AS%u is %s here and %s in line %u", row->asn,
			kind_name(row->kind), kind_name(first->kind), first->line);
		tell_line(reader, row->line, message);
	}
	if (reader->count == 0 && reader->faults == 0)
		tell_fault(reader, reader->file, "no network in this file");
	if (reader->faults > NETWORKS_FAULTS_TOLD) {
		char message[64];

		snprintf(message, sizeof message, "%u faults in all", reader->faults);
		tell(reader->listener, reader->file, message);
	}
}

/* The next line, without its end; what does not fit is left out. Returns false at the end. */
static bool next_line(
	FILE *stream, char line[NETWORKS_LINE_MAX + 1], size_t *ret_length, bool *ret_is_whole)
{
	size_t length = 0;
	int c = getc(stream);

	if (c == EOF)
		return false;
	*ret_is_whole = true;
	for (; c != EOF && c != '\n'; c = getc(stream)) {
		if (length < NETWORKS_LINE_MAX)
			line[length++] = (char)c;
		else
			*ret_is_whole = false;
	}
	line[length] = '\0';
	*ret_length = length;
	return true;
}

static int read_all(struct reader *reader, FILE *stream)
{
	char line[NETWORKS_LINE_MAX + 1];
	size_t length;
	bool is_whole;
	int result = 0;

	while (result == 0 && next_line(stream, line, &length, &is_whole)) {
		reader->line++;
		if (!is_whole)
			tell_line(reader, reader->line, "the line is too long");
		else if (strlen(line) != length)
			tell_line(reader, reader->line, "the line holds a byte of zero");
		else
			result = read_line(reader, line);
	}
	if (result == 0 && ferror(stream)) {
		tell(reader->listener, reader->file, strerror(EIO));
		result = -EIO;
	}
	return result;
}

static void free_rows(struct network *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free((char *)rows[i].name);
	free(rows);
}

static int read_file(struct reader *reader)
{
	FILE *stream = fopen(reader->file, "re");
	int result;

	if (stream == NULL) {
		result = -errno;
		tell(reader->listener, reader->file, strerror(-result));
		return result;
	}
	result = read_all(reader, stream);
	fclose(stream);
	if (result != 0)
		return result;
	settle(reader);
	return reader->faults == 0 ? 0 : -EINVAL;
}

int networks_new(
	const struct geoip_listener *listener, const char *file, struct networks **ret_networks)
{
	struct reader reader = {.listener = listener, .file = file};
	struct networks *networks = calloc(1, sizeof *networks);
	int result = 0;

	if (networks == NULL)
		return -ENOMEM;
	if (file != NULL)
		result = read_file(&reader);
	if (result != 0) {
		free_rows(reader.rows, reader.count);
		free(networks);
		return result;
	}
	*networks = (struct networks){reader.rows, reader.count};
	*ret_networks = networks;
	return 0;
}

void networks_free(struct networks *networks)
{
	if (networks == NULL)
		return;
	free_rows(networks->own, networks->own_count);
	free(networks);
}

const struct network *networks_find(const struct networks *networks, uint32_t asn)
{
	const struct network key = {.asn = asn}, *row = NULL;

	if (networks->own_count > 0)
		row = bsearch(&key, networks->own, networks->own_count, sizeof key, compare_asns);
	if (row == NULL)
		row = bsearch(
			&key, networks_builtin, networks_builtin_count, sizeof key, compare_asns);
	return row;
}

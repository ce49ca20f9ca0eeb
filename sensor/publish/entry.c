/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/entry.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert/number.h"
#include "alert/summary.h"
#include "base/text.h"
#include "publish/usage.h"

/* Strings are gathered in a stream in memory, which knows whether any of them failed. */
struct writer {
	FILE *stream;
	char *strings;
	size_t bytes, count;
};

static bool writer_open(struct writer *writer)
{
	*writer = (struct writer){0};
	writer->stream = open_memstream(&writer->strings, &writer->bytes);
	return writer->stream != NULL;
}

static void add(struct writer *writer, const char *string)
{
	fwrite(string, 1, strlen(string) + 1, writer->stream);
	writer->count++;
}

static struct entry *writer_close(struct writer *writer, enum entry_kind kind)
{
	bool failed = ferror(writer->stream) != 0;
	if (fclose(writer->stream) != 0)
		failed = true;
	struct entry *entry = failed ? NULL : malloc(sizeof *entry);
	if (!entry) {
		free(writer->strings);
		return NULL;
	}
	*entry = (struct entry){
		.kind = kind,
		.count = writer->count,
		.bytes = writer->bytes,
		.strings = writer->strings,
	};
	return entry;
}

struct entry *entry_new_alert(const struct alert *alert, const char *sensor, const char *eve)
{
	struct writer writer;
	struct summary summary = {0};
	if (!writer_open(&writer))
		return NULL;
	summary_make(alert, sensor, &summary);
	add(&writer, "alerts");
	add(&writer, "*");
	for (size_t i = 0; i < SUMMARY_FIELDS; i++) {
		add(&writer, summary.fields[i].name);
		add(&writer, summary.fields[i].value);
	}
	add(&writer, "eve");
	add(&writer, eve);
	return writer_close(&writer, ENTRY_ALERT);
}

static void add_fields(struct writer *writer, const struct publisher_field *fields, size_t count)
{
	for (size_t i = 0; i < count && i < ENTRY_FIELDS_MAX; i++) {
		char text[ENTRY_KEY_SIZE];
		text_make_printable(fields[i].name, text, sizeof text);
		add(writer, text);
		add(writer, number_format(fields[i].value, USAGE_DIGITS, text));
	}
}

/* The streams of usage, one for each range. */
static const struct usage_stream {
	uint32_t scale_s;
	enum entry_kind kind;
	const char *name;
} usage_streams[] = {{60, ENTRY_MINUTE, "usage"}, {3600, ENTRY_HOUR, "usage-hour"}};

static const struct usage_stream *find_stream(uint32_t scale_s)
{
	for (size_t i = 0; i < sizeof usage_streams / sizeof *usage_streams; i++)
		if (usage_streams[i].scale_s == scale_s)
			return &usage_streams[i];
	return NULL;
}

bool entry_takes_scale(uint32_t scale_s)
{
	return find_stream(scale_s) != NULL;
}

struct entry *entry_new_usage(const struct publisher_usage *usage)
{
	const struct usage_stream *stream = find_stream(usage->scale_s);
	struct writer writer;
	char key[ENTRY_KEY_SIZE], text[ENTRY_KEY_SIZE + 16];
	int64_t time_ms = usage_time_ms(usage->start_s);
	if (!writer_open(&writer))
		return NULL;
	snprintf(text, sizeof text, "%s:%s", stream->name,
		entry_make_key(usage->range, key, sizeof key));
	add(&writer, text);
	/* Redis refuses 0-0 and knows no time before 1970. */
	if (time_ms > 0)
		snprintf(text, sizeof text, "%" PRId64 "-%" PRId64, time_ms,
			usage->since_s - usage->start_s);
	else
		strcpy(text, "0-1");
	add(&writer, text);
	add_fields(&writer, usage->fields, usage->count);
	return writer_close(&writer, stream->kind);
}

struct entry *entry_new_heartbeat(const struct eve_sensor *sensor, int64_t time_ms,
	const struct publisher_field *fields, size_t count)
{
	struct writer writer;
	char key[ENTRY_KEY_SIZE], text[ENTRY_KEY_SIZE + 16];
	if (!writer_open(&writer))
		return NULL;
	snprintf(text, sizeof text, "sensor:%s", entry_make_key(sensor->host, key, sizeof key));
	add(&writer, text);
	snprintf(text, sizeof text, "%" PRId64, time_ms);
	add(&writer, text);
	add(&writer, "version");
	add(&writer, SURGETAP_VERSION);
	add(&writer, "interface");
	text_make_printable(sensor->in_iface, text, sizeof text);
	add(&writer, text);
	add_fields(&writer, fields, count);
	return writer_close(&writer, ENTRY_HEARTBEAT);
}

size_t entry_list(const struct entry *entry, const char **ret_strings, size_t max)
{
	const char *at = entry->strings;
	size_t count = 0;
	while (count < max && count < entry->count) {
		ret_strings[count++] = at;
		at += strlen(at) + 1;
	}
	return count;
}

const char *entry_last(const struct entry *entry)
{
	const char *last = entry->strings + entry->bytes - 1;
	while (last > entry->strings && last[-1] != '\0')
		last--;
	return last;
}

void entry_free(struct entry *entry)
{
	if (!entry)
		return;
	free(entry->strings);
	free(entry);
}

const char *entry_make_key(const char *name, char *ret_key, size_t size)
{
	size_t used = 0;
	for (; *name && used + 4 <= size; name++) {
		unsigned char byte = (unsigned char)*name;
		if (isalnum(byte) || strchr("._-", byte))
			ret_key[used++] = (char)byte;
		else
			used += (size_t)snprintf(ret_key + used, size - used, "%%%02X", byte);
	}
	ret_key[used] = '\0';
	return ret_key;
}

static int hex(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'A' && digit <= 'F')
		return digit - 'A' + 10;
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

void entry_name_of_key(const char *key, char *ret_name, size_t size)
{
	size_t used = 0;
	while (*key && used + 1 < size) {
		if (key[0] == '%' && hex(key[1]) >= 0 && hex(key[2]) >= 0) {
			ret_name[used++] = (char)(hex(key[1]) * 16 + hex(key[2]));
			key += 3;
		} else {
			ret_name[used++] = *key++;
		}
	}
	ret_name[used] = '\0';
}

static const struct usage_stream *find_kind(enum entry_kind kind)
{
	for (size_t i = 0; i < sizeof usage_streams / sizeof *usage_streams; i++)
		if (usage_streams[i].kind == kind)
			return &usage_streams[i];
	return NULL;
}

int entry_read_usage(const struct entry *entry, char ret_range[ENTRY_KEY_SIZE],
	struct publisher_field *ret_fields, size_t max, struct publisher_usage *ret_usage)
{
	const struct usage_stream *stream = find_kind(entry->kind);
	const char *text[2];
	int64_t start_ms, unseen_s;
	if (!stream || entry_list(entry, text, 2) != 2 || !strchr(text[0], ':') ||
		sscanf(text[1], "%" SCNd64 "-%" SCNd64, &start_ms, &unseen_s) != 2)
		return -EINVAL;
	entry_name_of_key(strchr(text[0], ':') + 1, ret_range, ENTRY_KEY_SIZE);
	size_t count = 0;
	const char *at = text[1] + strlen(text[1]) + 1;
	for (size_t i = 2; i + 1 < entry->count && count < max; i += 2) {
		const char *value = at + strlen(at) + 1;
		ret_fields[count++] = (struct publisher_field){at, strtod(value, NULL)};
		at = value + strlen(value) + 1;
	}
	*ret_usage = (struct publisher_usage){
		.range = ret_range,
		.start_s = start_ms / 1000,
		.since_s = start_ms / 1000 + (start_ms > 0 ? unseen_s : 0),
		.scale_s = stream->scale_s,
		.fields = ret_fields,
		.count = count,
	};
	return 0;
}

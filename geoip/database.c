/* SPDX-License-Identifier: Apache-2.0 */
#include "geoip/database.h"
#include "geoip/outline.h"
#include "geoip/record.h"
#include "geoip/snapshot.h"

#include <errno.h>
#include <maxminddb.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct database {
	const struct geoip_listener *listener;
	const char *file;
	MMDB_s mmdb;
	struct record_space data; /* the data section */
	int64_t built_s;
	atomic_bool told; /* of corrupt data */
};

/* Where a value may stand, one path for each layout in use; all end with NULL. */
#define PATH_MAX_KEYS 3
static const char *const number_paths[][PATH_MAX_KEYS] = {
	{"autonomous_system_number", NULL},
	{"asn", NULL},
};
static const char *const organization_paths[][PATH_MAX_KEYS] = {
	{"autonomous_system_organization", NULL},
	{"as_name", NULL},
};
static const char *const country_paths[][PATH_MAX_KEYS] = {
	{"country", "iso_code", NULL},
	{"country_code", NULL},
};
#define PATHS(table) table, sizeof table / sizeof table[0]

static void tell(const struct geoip_listener *listener, const char *file, const char *message)
{
	if (listener->fault != NULL)
		listener->fault(listener->argument, file, message);
}

static void tell_once(struct database *database, const char *what)
{
	char message[160];

	if (atomic_exchange(&database->told, true))
		return;
	snprintf(message, sizeof message, "corrupt data (%s); such records count as not found",
		what);
	tell(database->listener, database->file, message);
}

static const char *snapshot_fault(int error)
{
	switch (error) {
	case -EAGAIN:
		return "changed while it was read";
	case -ENODEV:
		return "not a regular file";
	default:
		return strerror(-error);
	}
}

/* What the library is not trusted with. The copy is mapped a second time for it. */
static int outline_copy(int copy, struct outline *ret_outline, const char **ret_reason)
{
	struct stat about;
	void *bytes;
	int error;

	*ret_reason = "the file is empty";
	if (fstat(copy, &about) < 0 || about.st_size == 0)
		return -EBADMSG;
	bytes = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, copy, 0);
	if (bytes == MAP_FAILED) {
		*ret_reason = strerror(errno);
		return -ENOMEM;
	}
	error = outline_read(bytes, (size_t)about.st_size, ret_outline, ret_reason);
	munmap(bytes, (size_t)about.st_size);
	return error;
}

static int open_copy(struct database *database)
{
	const struct geoip_listener *listener = database->listener;
	char path[SNAPSHOT_PATH_SIZE];
	int copy = snapshot_open(database->file, path), error;
	struct outline outline;
	const char *reason;

	if (copy < 0) {
		tell(listener, database->file, snapshot_fault(copy));
		return copy;
	}
	error = outline_copy(copy, &outline, &reason);
	if (error == 0) {
		error = MMDB_open(path, MMDB_MODE_MMAP, &database->mmdb);
		reason = error == MMDB_FILE_OPEN_ERROR || error == MMDB_IO_ERROR
				 ? strerror(errno)
				 : MMDB_strerror(error);
	}
	close(copy);
	if (error != 0) {
		tell(listener, database->file, reason);
		return -EINVAL;
	}
	database->built_s = outline.built_s;
	database->data = (struct record_space){
		database->mmdb.file_content + outline.data_at, outline.data_bytes};
	return 0;
}

int database_open(
	const struct geoip_listener *listener, const char *file, struct database **ret_database)
{
	struct database *database = calloc(1, sizeof *database);
	int error;

	if (database == NULL)
		return -ENOMEM;
	database->listener = listener;
	database->file = file;
	error = open_copy(database);
	if (error != 0) {
		free(database);
		return error;
	}
	*ret_database = database;
	return 0;
}

void database_close(struct database *database)
{
	if (database == NULL)
		return;
	MMDB_close(&database->mmdb);
	free(database);
}

static bool is_ipv4(const struct surgetap_address *address)
{
	static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};

	return memcmp(address->bytes, prefix, sizeof prefix) == 0;
}

/* Finds the record of an address, as a place in the data section. An IPv6 address in a database of
 * IPv4 is just not found. */
static bool find_entry(
	struct database *database, const struct surgetap_address *address, size_t *ret_entry)
{
	struct sockaddr_in ipv4 = {.sin_family = AF_INET};
	struct sockaddr_in6 ipv6 = {.sin6_family = AF_INET6};
	const struct sockaddr *key = (const struct sockaddr *)&ipv6;
	int error = MMDB_SUCCESS;
	MMDB_lookup_result_s found;

	memcpy(&ipv6.sin6_addr, address->bytes, sizeof ipv6.sin6_addr);
	if (is_ipv4(address)) {
		memcpy(&ipv4.sin_addr, address->bytes + 12, sizeof ipv4.sin_addr);
		key = (const struct sockaddr *)&ipv4;
	}
	found = MMDB_lookup_sockaddr(&database->mmdb, key, &error);
	if (error != MMDB_SUCCESS && error != MMDB_IPV6_LOOKUP_IN_IPV4_DATABASE_ERROR)
		tell_once(database, MMDB_strerror(error));
	if (error != MMDB_SUCCESS || !found.found_entry)
		return false;
	*ret_entry = found.entry.offset;
	return true;
}

/* The value at the first of `paths` that leads anywhere. */
static bool find_value(struct database *database, size_t entry,
	const char *const (*paths)[PATH_MAX_KEYS], size_t path_count,
	struct record_value *ret_value)
{
	for (size_t i = 0; i < path_count; i++) {
		int found = record_find(&database->data, entry, paths[i], ret_value);

		if (found < 0)
			tell_once(database, "a record breaks the format or is nested too deep");
		if (found != 0)
			return found > 0;
	}
	return false;
}

/* 0 for what is no number of an autonomous system. */
static uint32_t value_to_asn(struct database *database, const struct record_value *value)
{
	uint64_t number = 0;

	record_to_number(&database->data, value, &number);
	return number <= UINT32_MAX ? (uint32_t)number : 0;
}

/* Copies as much as fits without cutting a UTF-8 sequence, and ends before a NUL; `text` was zeroed
 * by the caller. */
static void copy_text(
	const struct database *database, const struct record_value *value, char *text, size_t size)
{
	const char *bytes = (const char *)database->data.bytes + value->at;
	size_t length = value->size;

	if (value->type != RECORD_TEXT)
		return;
	if (length >= size) {
		length = size - 1;
		while (length > 0 && ((unsigned char)bytes[length] & 0xc0) == 0x80)
			length--;
	}
	memcpy(text, bytes, strnlen(bytes, length));
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

void database_look_up_asn(struct database *database, const struct surgetap_address *address,
	struct surgetap_place *place)
{
	struct record_value value;
	size_t entry;

	if (!find_entry(database, address, &entry))
		return;
	if (find_value(database, entry, PATHS(number_paths), &value))
		place->asn = value_to_asn(database, &value);
	if (find_value(database, entry, PATHS(organization_paths), &value))
		copy_text(database, &value, place->as_org, sizeof place->as_org);
}

void database_look_up_country(struct database *database, const struct surgetap_address *address,
	struct surgetap_place *place)
{
	const uint8_t *code;
	struct record_value value;
	size_t entry;

	if (!find_entry(database, address, &entry) ||
		!find_value(database, entry, PATHS(country_paths), &value) ||
		value.type != RECORD_TEXT || value.size != 2)
		return;
	code = database->data.bytes + value.at;
	if (is_upper((char)code[0]) && is_upper((char)code[1]))
		copy_text(database, &value, place->country, sizeof place->country);
}

int64_t database_built_s(const struct database *database)
{
	return database->built_s;
}

const char *database_library_version(void)
{
	return MMDB_lib_version();
}

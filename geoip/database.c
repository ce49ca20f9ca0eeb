/* SPDX-License-Identifier: Apache-2.0 */
#include "geoip/database.h"
#include "geoip/snapshot.h"

#include <errno.h>
#include <maxminddb.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct database {
	const struct geoip_listener *listener;
	const char *file;
	MMDB_s mmdb;
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

static void tell_once(struct database *database, int mmdb_error)
{
	char message[160];

	if (atomic_exchange(&database->told, true))
		return;
	snprintf(message, sizeof message, "corrupt data (%s); such records count as not found",
		MMDB_strerror(mmdb_error));
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

static int open_copy(const struct geoip_listener *listener, const char *file, MMDB_s *ret_mmdb)
{
	char path[SNAPSHOT_PATH_SIZE];
	int copy = snapshot_open(file, path), error;

	if (copy < 0) {
		tell(listener, file, snapshot_fault(copy));
		return copy;
	}
	error = MMDB_open(path, MMDB_MODE_MMAP, ret_mmdb);
	if (error == MMDB_FILE_OPEN_ERROR || error == MMDB_IO_ERROR)
		tell(listener, file, strerror(errno));
	else if (error != MMDB_SUCCESS)
		tell(listener, file, MMDB_strerror(error));
	close(copy);
	return error == MMDB_SUCCESS ? 0 : -EINVAL;
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
	error = open_copy(listener, file, &database->mmdb);
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

/* Finds the record of an address. An IPv6 address in a database of IPv4 is just not found. */
static bool find_entry(
	struct database *database, const struct surgetap_address *address, MMDB_entry_s *ret_entry)
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
		tell_once(database, error);
	if (error != MMDB_SUCCESS || !found.found_entry)
		return false;
	*ret_entry = found.entry;
	return true;
}

/* The value at the first of `paths` that leads anywhere. */
static bool find_value(struct database *database, MMDB_entry_s *entry,
	const char *const (*paths)[PATH_MAX_KEYS], size_t path_count, MMDB_entry_data_s *ret_value)
{
	for (size_t i = 0; i < path_count; i++) {
		MMDB_entry_data_s value;
		int error = MMDB_aget_value(entry, &value, paths[i]);

		if (error == MMDB_SUCCESS && value.has_data) {
			*ret_value = value;
			return true;
		}
		if (error != MMDB_SUCCESS && error != MMDB_LOOKUP_PATH_DOES_NOT_MATCH_DATA_ERROR) {
			tell_once(database, error);
			return false;
		}
	}
	return false;
}

static uint32_t value_to_number(const MMDB_entry_data_s *value)
{
	switch (value->type) {
	case MMDB_DATA_TYPE_UINT16:
		return value->uint16;
	case MMDB_DATA_TYPE_UINT32:
		return value->uint32;
	case MMDB_DATA_TYPE_UINT64:
		return value->uint64 <= UINT32_MAX ? (uint32_t)value->uint64 : 0;
	case MMDB_DATA_TYPE_INT32:
		return value->int32 > 0 ? (uint32_t)value->int32 : 0;
	default:
		return 0;
	}
}

/* Copies as much as fits without cutting a UTF-8 sequence; `text` was zeroed by the caller. */
static void copy_text(const MMDB_entry_data_s *value, char *text, size_t size)
{
	size_t length = value->data_size;

	if (value->type != MMDB_DATA_TYPE_UTF8_STRING)
		return;
	if (length >= size) {
		length = size - 1;
		while (length > 0 && ((unsigned char)value->utf8_string[length] & 0xc0) == 0x80)
			length--;
	}
	memcpy(text, value->utf8_string, length);
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

void database_look_up_asn(struct database *database, const struct surgetap_address *address,
	struct surgetap_place *place)
{
	MMDB_entry_data_s value;
	MMDB_entry_s entry;

	if (!find_entry(database, address, &entry))
		return;
	if (find_value(database, &entry, PATHS(number_paths), &value))
		place->asn = value_to_number(&value);
	if (find_value(database, &entry, PATHS(organization_paths), &value))
		copy_text(&value, place->as_org, sizeof place->as_org);
}

void database_look_up_country(struct database *database, const struct surgetap_address *address,
	struct surgetap_place *place)
{
	MMDB_entry_data_s value;
	MMDB_entry_s entry;

	if (!find_entry(database, address, &entry) ||
		!find_value(database, &entry, PATHS(country_paths), &value) ||
		value.type != MMDB_DATA_TYPE_UTF8_STRING || value.data_size != 2 ||
		!is_upper(value.utf8_string[0]) || !is_upper(value.utf8_string[1]))
		return;
	copy_text(&value, place->country, sizeof place->country);
}

const char *database_library_version(void)
{
	return MMDB_lib_version();
}

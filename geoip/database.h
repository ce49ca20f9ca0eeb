/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GEOIP_DATABASE_H
#define GEOIP_DATABASE_H
/*
 * One MMDB file. database.c is the only file that knows libmaxminddb. Look-ups are safe from
 * several threads; a record that is missing, of another type or corrupt leaves the place as it was.
 */
#include "geoip/geoip.h"

struct database;

/*
 * Opens a copy of `file` (see geoip/snapshot.h): what happens to the file afterwards changes
 * nothing. `listener` and `file` are kept and must outlive the database. Returns 0; -ENOMEM; or
 * -errno after the listener was told why the file cannot be used.
 */
int database_open(
	const struct geoip_listener *listener, const char *file, struct database **ret_database);

/* Accepts NULL. */
void database_close(struct database *database);

/* Fills the number and the organisation of the autonomous system. */
void database_look_up_asn(struct database *database, const struct surgetap_address *address,
	struct surgetap_place *place);

/* Fills the country: two capital letters, anything else counts as not found. */
void database_look_up_country(struct database *database, const struct surgetap_address *address,
	struct surgetap_place *place);

/* When the database was built, Unix time; 0: it does not say. */
int64_t database_built_s(const struct database *database);

/* The version string of libmaxminddb found at run time. */
const char *database_library_version(void);

#endif

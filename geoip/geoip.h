/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GEOIP_GEOIP_H
#define GEOIP_GEOIP_H
/*
 * The place of an address: autonomous system, kind of its network, country. Reads both layouts in
 * use: MaxMind's (`autonomous_system_number`, `country.iso_code`) and the flat one of DB-IP and
 * ip-location-db (`country_code`).
 */
#include <surgetap/flow.h>

struct geoip;

/* Told of each database that cannot be used and of each fault in the table of networks. `place` is
 * "FILE" or "FILE:LINE". May be called from geoip_new and geoip_look_up (once for each database).
 */
struct geoip_listener {
	void (*fault)(void *argument, const char *place, const char *message);
	void *argument;
};

/*
 * Opens the databases, of which copies are read: what happens to a file afterwards changes nothing.
 * To take changed files, open another one beside. A NULL file is left out, then its members of
 * struct surgetap_place stay unknown. `networks_file` goes before the built-in table of ASNs (see
 * geoip/networks.h), unless NULL. Returns 0; -ENOMEM; or -EINVAL after the listener was told of a
 * file that is missing, unreadable or no database.
 */
int geoip_new(const struct geoip_listener *listener, const char *asn_file, const char *country_file,
	const char *networks_file, struct geoip **ret_geoip);

/* No other call may be under way. Accepts NULL. */
void geoip_free(struct geoip *geoip);

/* Looks up one address. Always fills *ret_place; what is not found is zero. Safe to call from
 * several threads. Corrupt records count as "not found", and are told to the listener once. */
void geoip_look_up(struct geoip *geoip, const struct surgetap_address *address,
	struct surgetap_place *ret_place);

/* When the databases of autonomous systems and of countries were built, Unix time; 0: there is
 * none, or it does not say. */
int64_t geoip_asn_built_s(const struct geoip *geoip);
int64_t geoip_country_built_s(const struct geoip *geoip);

/* The version string of libmaxminddb found at run time. */
const char *geoip_library_version(void);

#endif

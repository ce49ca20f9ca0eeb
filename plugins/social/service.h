/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SOCIAL_SERVICE_H
#define SOCIAL_SERVICE_H
/* Which social network a server's name, or nDPI's word, belongs to. */
#include <surgetap/domain.h>
#include <surgetap/plugin.h>

/* Also the index of the technique. */
enum service_group {
	SERVICE_WESTERN,
	SERVICE_CHINESE,
};

struct service {
	struct surgetap_domain domain;
	const char *name; /* as people call it */
	enum service_group group;
	enum surgetap_kind kind;
};

/* The built-in entry of `server_name` or of the closest domain above it; NULL if there is none. */
const struct service *service_find(const char *server_name);

/* The service that nDPI calls `protocol` (lower case), with its group; NULL, and ret_group
 * untouched, for anything else. */
const char *service_find_protocol(const char *protocol, enum service_group *ret_group);

/* The built-in table, for its test; returns the number of entries. */
size_t service_table(const struct service **ret_services);

#endif

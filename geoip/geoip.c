/* SPDX-License-Identifier: Apache-2.0 */
#include "geoip/geoip.h"
#include "geoip/database.h"
#include "geoip/networks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct geoip {
	struct geoip_listener listener;
	char *asn_file, *country_file;
	struct database *asn, *country; /* NULL where no file is configured */
	struct networks *networks;
};

static int open_one(const struct geoip_listener *listener, const char *file, char **ret_file,
	struct database **ret_database)
{
	if (file == NULL)
		return 0;
	*ret_file = strdup(file);
	return *ret_file == NULL ? -ENOMEM : database_open(listener, *ret_file, ret_database);
}

int geoip_new(const struct geoip_listener *listener, const char *asn_file, const char *country_file,
	const char *networks_file, struct geoip **ret_geoip)
{
	struct geoip *geoip = calloc(1, sizeof *geoip);
	int errors[3];

	if (geoip == NULL)
		return -ENOMEM;
	if (listener != NULL)
		geoip->listener = *listener;
	/* All of them, so that every fault is told at once. */
	errors[0] = open_one(&geoip->listener, asn_file, &geoip->asn_file, &geoip->asn);
	errors[1] = open_one(&geoip->listener, country_file, &geoip->country_file, &geoip->country);
	errors[2] = networks_new(&geoip->listener, networks_file, &geoip->networks);
	for (int i = 0; i < 3; i++) {
		if (errors[i] != 0) {
			geoip_free(geoip);
			return errors[i] == -ENOMEM ? -ENOMEM : -EINVAL;
		}
	}
	*ret_geoip = geoip;
	return 0;
}

void geoip_free(struct geoip *geoip)
{
	if (geoip == NULL)
		return;
	networks_free(geoip->networks);
	database_close(geoip->country);
	database_close(geoip->asn);
	free(geoip->country_file);
	free(geoip->asn_file);
	free(geoip);
}

void geoip_look_up(struct geoip *geoip, const struct surgetap_address *address,
	struct surgetap_place *ret_place)
{
	const struct network *network;

	memset(ret_place, 0, sizeof *ret_place);
	if (geoip->asn != NULL)
		database_look_up_asn(geoip->asn, address, ret_place);
	if (geoip->country != NULL)
		database_look_up_country(geoip->country, address, ret_place);
	network = networks_find(geoip->networks, ret_place->asn);
	if (network != NULL)
		ret_place->network = network->kind;
}

int64_t geoip_asn_built_s(const struct geoip *geoip)
{
	return geoip->asn != NULL ? database_built_s(geoip->asn) : 0;
}

int64_t geoip_country_built_s(const struct geoip *geoip)
{
	return geoip->country != NULL ? database_built_s(geoip->country) : 0;
}

const char *geoip_library_version(void)
{
	return database_library_version();
}

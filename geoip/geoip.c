/* SPDX-License-Identifier: Apache-2.0 */
#include "geoip/geoip.h"
#include "geoip/database.h"
#include "geoip/networks.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* What is read of a file, or of the built-in table; each may be exchanged alone. NULL where no file
 * is configured. */
struct contents {
	struct database *asn, *country;
	struct networks *networks;
};

struct geoip {
	struct geoip_listener listener;
	char *asn_file, *country_file, *networks_file;
	/* Held for reading by look-ups, for writing while pointers are exchanged: what was taken
	 * out under it has no reader left. */
	pthread_rwlock_t lock;
	struct contents contents;
};

static void close_contents(const struct contents *contents)
{
	networks_free(contents->networks);
	database_close(contents->country);
	database_close(contents->asn);
}

/* Opens whatever is configured; what cannot be opened stays NULL in *ret_contents, and the last
 * error is returned. */
static int open_contents(const struct geoip *geoip, struct contents *ret_contents)
{
	int result = 0, error;

	*ret_contents = (struct contents){NULL, NULL, NULL};
	if (geoip->asn_file != NULL)
		result = database_open(&geoip->listener, geoip->asn_file, &ret_contents->asn);
	if (geoip->country_file != NULL) {
		error = database_open(
			&geoip->listener, geoip->country_file, &ret_contents->country);
		result = error != 0 ? error : result;
	}
	error = networks_new(&geoip->listener, geoip->networks_file, &ret_contents->networks);
	return error != 0 ? error : result;
}

static int copy_name(const char *file, char **ret_copy)
{
	*ret_copy = file != NULL ? strdup(file) : NULL;
	return file != NULL && *ret_copy == NULL ? -ENOMEM : 0;
}

/* Look-ups come all the time: without preference a writer would never get its turn. */
static void init_lock(pthread_rwlock_t *lock)
{
	pthread_rwlockattr_t attributes;

	pthread_rwlockattr_init(&attributes);
	pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	pthread_rwlock_init(lock, &attributes);
	pthread_rwlockattr_destroy(&attributes);
}

int geoip_new(const struct geoip_listener *listener, const char *asn_file, const char *country_file,
	const char *networks_file, struct geoip **ret_geoip)
{
	struct geoip *geoip = calloc(1, sizeof *geoip);
	int result;

	if (geoip == NULL)
		return -ENOMEM;
	init_lock(&geoip->lock);
	if (listener != NULL)
		geoip->listener = *listener;
	result = copy_name(asn_file, &geoip->asn_file);
	if (result == 0)
		result = copy_name(country_file, &geoip->country_file);
	if (result == 0)
		result = copy_name(networks_file, &geoip->networks_file);
	if (result == 0)
		result = open_contents(geoip, &geoip->contents);
	if (result != 0) {
		geoip_free(geoip);
		return result == -ENOMEM ? result : -EINVAL;
	}
	*ret_geoip = geoip;
	return 0;
}

/* Exchanges what the new contents have and leaves the old in its place. */
static void exchange(struct contents *current, struct contents *fresh)
{
	struct contents old = *current;

	if (fresh->asn != NULL) {
		current->asn = fresh->asn;
		fresh->asn = old.asn;
	}
	if (fresh->country != NULL) {
		current->country = fresh->country;
		fresh->country = old.country;
	}
	if (fresh->networks != NULL) {
		current->networks = fresh->networks;
		fresh->networks = old.networks;
	}
}

int geoip_reload(struct geoip *geoip)
{
	struct contents contents;
	int result = open_contents(geoip, &contents);

	pthread_rwlock_wrlock(&geoip->lock);
	exchange(&geoip->contents, &contents);
	pthread_rwlock_unlock(&geoip->lock);
	close_contents(&contents);
	return result == 0 || result == -ENOMEM ? result : -EINVAL;
}

void geoip_free(struct geoip *geoip)
{
	if (geoip == NULL)
		return;
	close_contents(&geoip->contents);
	pthread_rwlock_destroy(&geoip->lock);
	free(geoip->networks_file);
	free(geoip->country_file);
	free(geoip->asn_file);
	free(geoip);
}

void geoip_look_up(struct geoip *geoip, const struct surgetap_address *address,
	struct surgetap_place *ret_place)
{
	const struct contents *contents = &geoip->contents;
	const struct network *network;

	memset(ret_place, 0, sizeof *ret_place);
	pthread_rwlock_rdlock(&geoip->lock);
	if (contents->asn != NULL)
		database_look_up_asn(contents->asn, address, ret_place);
	if (contents->country != NULL)
		database_look_up_country(contents->country, address, ret_place);
	network = networks_find(contents->networks, ret_place->asn);
	if (network != NULL)
		ret_place->network = network->kind;
	pthread_rwlock_unlock(&geoip->lock);
}

const char *geoip_library_version(void)
{
	return database_library_version();
}

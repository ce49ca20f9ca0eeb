/* SPDX-License-Identifier: Apache-2.0 */
/* A database holds whatever a file holds. It is opened as that of autonomous systems and as that of
 * countries; whatever is found in it is printable, fits, and is the same the second time. */
#include "geoip/geoip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ADDRESSES 96

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_fault(void *argument, const char *place, const char *message)
{
	unsigned *told = argument;

	/* Once for each of the two, be it unusable or corrupt. */
	if (place[0] != '/' || message[0] == '\0' || ++*told > 2)
		abort();
}

static void require_sound(const struct surgetap_place *place)
{
	if (memchr(place->as_org, '\0', sizeof place->as_org) == NULL)
		abort();
	if (strlen(place->country) != 0 && strlen(place->country) != 2)
		abort();
	if (place->network > SURGETAP_NETWORK_VPN)
		abort();
}

/* Spread over both families: every tree of a small database is walked to all its ends. */
static struct surgetap_address address_of(unsigned number)
{
	struct surgetap_address address = {.bytes = {[10] = 0xff, [11] = 0xff}};
	uint32_t bits = number * UINT32_C(0x9e3779b9);

	if (number % 3 == 0)
		memset(address.bytes, 0, sizeof address.bytes);
	memcpy(address.bytes + (number % 3 == 0 ? 0 : 12), &bits, sizeof bits);
	return address;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned told = 0;
	const struct geoip_listener listener = {on_fault, &told};
	struct geoip *geoip = NULL;
	int fd = memfd_create("database", MFD_CLOEXEC);
	char path[64];

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (geoip_new(&listener, path, path, NULL, &geoip) != 0) {
		if (told == 0 || geoip != NULL)
			abort();
		close(fd);
		return 0;
	}
	for (unsigned i = 0; i < ADDRESSES; i++) {
		struct surgetap_address address = address_of(i);
		struct surgetap_place first, second;

		geoip_look_up(geoip, &address, &first);
		geoip_look_up(geoip, &address, &second);
		require_sound(&first);
		if (memcmp(&first, &second, sizeof first) != 0)
			abort();
	}
	geoip_free(geoip);
	close(fd);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* An operator's table of networks holds whatever a file holds: it is read whole, or its faults are
 * told with a place, within the limits. */
#include "geoip/networks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char path[64];

static void on_fault(void *argument, const char *place, const char *message)
{
	unsigned *told = argument;
	unsigned line = 1;

	if (strncmp(place, path, strlen(path)) != 0 || message[0] == '\0')
		abort();
	if (place[strlen(path)] != '\0' &&
		(sscanf(place + strlen(path), ":%u", &line) != 1 || line == 0))
		abort();
	/* Those that are told, and how many there were. */
	if (++*told > NETWORKS_FAULTS_TOLD + 1)
		abort();
}

/* What is told of an ASN, by whatever row it stands in: one of the kinds, and a name. */
static void require_sound(const struct networks *networks, uint32_t asn)
{
	const struct network *row = networks_find(networks, asn);

	if (row != NULL && (row->asn != asn || row->kind > SURGETAP_NETWORK_VPN ||
				   strlen(row->name) > NETWORKS_LINE_MAX || row->source == NULL))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned told = 0;
	const struct geoip_listener listener = {on_fault, &told};
	struct networks *networks = NULL;
	int fd = memfd_create("networks", MFD_CLOEXEC), error;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	error = networks_new(&listener, path, &networks);
	if ((error == 0) != (networks != NULL) || (error == 0) != (told == 0))
		abort();
	for (size_t at = 0; networks != NULL && at < 64; at++)
		require_sound(networks, (uint32_t)at);
	if (networks != NULL)
		require_sound(networks, 24940);
	networks_free(networks);
	close(fd);
	return 0;
}

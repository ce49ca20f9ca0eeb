/* SPDX-License-Identifier: Apache-2.0 */
/* A relay list holds whatever a file holds. */
#include "plugins/tor/relays.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_fault(void *argument, unsigned line, const char *message)
{
	unsigned *told = argument;

	if (line == 0 || message == NULL || ++*told > RELAYS_FAULTS_TOLD)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct surgetap_endpoint nowhere = {.port = 1};
	unsigned told = 0;
	const struct relays_listener listener = {on_fault, &told};
	struct relays *relays;

	if (relays_parse((const char *)data, size, &listener, &relays) != 0)
		return 0;
	if (relays_count(relays) > size || relays_faults(relays) > size ||
		relays_beyond(relays) > size || relays_end(relays) > RELAYS_CUT)
		abort();
	if (relays_find(relays, &nowhere) == RELAYS_ADDRESS_AND_PORT && size < 4)
		abort();
	relays_free(relays);
	return 0;
}

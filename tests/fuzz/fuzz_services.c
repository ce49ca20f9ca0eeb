/* SPDX-License-Identifier: Apache-2.0 */
/* An operator's table of services holds whatever a file holds, and names come from traffic. */
#include "plugins/social/own_table.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first line is a name to look for, the rest is the table. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
	struct own_table_fault fault = {.line = 1};
	struct own_table *table = NULL;
	const struct service *service = NULL;

	if (end == NULL || end + 1 == data + size)
		return 0;
	FILE *stream = fmemopen((void *)(end + 1), size - (size_t)(end + 1 - data), "r");
	char *name = calloc(1, (size_t)(end - data) + 1);
	if (stream == NULL || name == NULL)
		abort();
	memcpy(name, data, (size_t)(end - data));
	if (own_table_parse(stream, &table, &fault) < 0) {
		if (table != NULL || fault.message[0] == '\0')
			abort();
	} else if (own_table_find(table, name, &service) && service != NULL &&
		   service->group != SERVICE_WESTERN && service->group != SERVICE_CHINESE) {
		abort();
	}
	service_find(name);
	own_table_free(table);
	free(name);
	fclose(stream);
	return 0;
}

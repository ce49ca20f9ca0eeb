/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a configuration file: they load, or faults are told, each with its place and in
 * the order of the file. */
#include "config/config.h"
#include "config/setting.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct told {
	unsigned faults;
	size_t line; /* of the last one */
};

static void count_fault(void *argument, const char *place, const char *message)
{
	struct told *told = argument;
	size_t line = 0, column = 0;

	told->faults++;
	if (strcmp(place, "x") == 0) { /* how many are not shown */
		if (told->faults <= 1)
			abort();
		return;
	}
	if (sscanf(place, "x:%zu:%zu", &line, &column) != 2 || line == 0 || column == 0 ||
		line < told->line || !*message)
		abort();
	told->line = line;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct told told = {.faults = 0};
	const struct config_listener listener = {count_fault, &told};
	struct config config;
	int error;

	if (config_init(&config) != 0)
		return 0;
	error = config_load_text(&config, "x", (const char *)data, size, &listener);
	if ((told.faults > 0) != (error != 0))
		abort();
	/* What loaded has passed every check, so giving it again succeeds. */
	for (size_t i = 0; i < config.watch.count && !error; i++) {
		char reason[SETTING_REASON_SIZE];
		const struct setting *watch = setting_find("watch");

		if (watch->check(config.watch.items[i], reason) != 0)
			abort();
	}
	config_done(&config);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/edition.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "commands/commands.h"
#include "commands/options.h"
#include "commands/watched_prefixes.h"
#include "config/setting.h"

static int fail_memory(void)
{
	log_error("out of memory");
	return STATUS_FAILURE;
}

int edition_open(int argc, char **argv, struct edition **ret_edition, char ***ret_words,
	size_t *ret_word_count)
{
	struct edition *edition = calloc(1, sizeof *edition);
	if (!edition)
		return fail_memory();
	int status = options_parse(argc, argv, "run", &edition->config, ret_words, ret_word_count);
	if (status)
		free(edition);
	else
		*ret_edition = edition;
	return status;
}

int edition_set_up(struct edition *edition, const struct edition *running)
{
	list_files_init(&edition->files, &edition->config);
	edition->sample = running ? running->sample : sample_make(edition->config.control_sample);
	int status = setup_open(&edition->config, SETUP_WATCH_PRIVATE,
		running ? running->setup.plugins : NULL, &edition->setup);
	if (status)
		return status;
	edition->prefixes = watched_prefixes_make(edition->setup.ranges, &edition->prefix_count);
	return edition->prefixes ? 0 : fail_memory();
}

/* Settings that are not as they were at the start, and cannot change. */
static void tell_fixed(const struct config *first, const struct config *next)
{
	char names[256] = "";
	for (const struct setting *setting = settings; setting->name; setting++) {
		size_t length = strlen(names);
		if (!setting->is_reloaded && !setting_is_same(setting, first, next))
			snprintf(names + length, sizeof names - length, "%s%s", length ? ", " : "",
				setting->name);
	}
	if (names[0])
		log_warn("only a restart changes: %s", names);
}

int edition_read_anew(int argc, char **argv, const struct edition *first,
	const struct edition *running, struct edition **ret_edition)
{
	struct edition *edition = NULL;
	char **words;
	size_t count;
	int status = STATUS_OK;
	if (argv) {
		status = edition_open(argc, argv, &edition, &words, &count);
		if (status == STATUS_OK)
			tell_fixed(&first->config, &edition->config);
	} else {
		edition = calloc(1, sizeof *edition);
		if (!edition || config_copy(&running->config, &edition->config) < 0)
			status = fail_memory();
	}
	if (status == STATUS_OK)
		status = edition_set_up(edition, running);
	if (status == STATUS_OK)
		*ret_edition = edition;
	else
		edition_free(edition);
	return status;
}

struct rules edition_rules(const struct edition *edition)
{
	return (struct rules){
		.ranges = edition->setup.ranges,
		.plugins = edition->setup.plugins,
		.geoip = edition->setup.geoip,
		.alarms_per_year = edition->config.alarms_per_year,
		.is_asymmetric = edition->config.asymmetric,
	};
}

void edition_free(struct edition *edition)
{
	if (!edition)
		return;
	free(edition->prefixes);
	setup_close(&edition->setup);
	config_done(&edition->config);
	free(edition);
}

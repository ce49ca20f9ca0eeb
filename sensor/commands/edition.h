/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_EDITION_H
#define COMMANDS_EDITION_H
/*
 * One edition of what a live sensor judges by: a configuration, what was made of it, and how the
 * files were that it names. A running sensor passes from one edition to the next; what cannot
 * change while it runs (settings without is_reloaded) is that of the first.
 */
#include "commands/list_files.h"
#include "commands/setup.h"
#include "pipeline/rules.h"
#include "watch/sample.h"

struct edition {
	struct config config;
	struct list_files files;
	struct setup setup;
	struct filter_prefix *prefixes; /* all that are watched */
	size_t prefix_count;
	struct sample sample; /* the control group, the same in all editions */
};

/* From the command line and the file that it names. Returns 0, or the exit status after logging
 * why; USAGE_SHOWN is one. Words that are no options are handed out as options_parse does. */
int edition_open(int argc, char **argv, struct edition **ret_edition, char ***ret_words,
	size_t *ret_word_count);

/* The next one after `running`, whose plugins' code it shares: its configuration read anew, or
 * (argv NULL) the same configuration with all files read anew. What changed of the settings that
 * take a restart, against `first`, is logged. Returns as edition_open does. */
int edition_read_anew(int argc, char **argv, const struct edition *first,
	const struct edition *running, struct edition **ret_edition);

/* Makes ranges, plugins and databases of a first edition's configuration. Returns as setup_open. */
int edition_set_up(struct edition *edition, const struct edition *running);

struct rules edition_rules(const struct edition *edition);

/* Accepts NULL. */
void edition_free(struct edition *edition);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/spelling.h"

#include "base/log.h"
#include "base/nearest.h"

#include <stdio.h>
#include <string.h>

#define OPTIONS_MAX 96 /* of one command; what is beyond is not looked at, and nothing told */

struct known {
	const struct argp_option *options[OPTIONS_MAX];
	size_t count;
	bool is_full;
};

static void collect(const struct argp *argp, struct known *known)
{
	for (const struct argp_option *option = argp->options;
		option && (option->name || option->key || option->doc); option++) {
		if (known->count == OPTIONS_MAX) {
			known->is_full = true;
			return;
		}
		known->options[known->count++] = option;
	}
	for (const struct argp_child *child = argp->children; child && child->argp; child++)
		collect(child->argp, known);
}

/* The option whose name is, or begins with, the `length` bytes at `name`; NULL: none. */
static const struct argp_option *find_long(
	const struct known *known, const char *name, size_t length)
{
	const struct argp_option *found = NULL;

	for (size_t i = 0; i < known->count; i++) {
		const struct argp_option *option = known->options[i];

		if (!option->name || strncmp(option->name, name, length) != 0)
			continue;
		if (option->name[length] == '\0')
			return option;
		found = option;
	}
	return found;
}

/* True when the last of the letters in "-abc" takes the next word: -w NAME, but not -wNAME. */
static bool takes_next(const struct known *known, const char *letters)
{
	for (; *letters; letters++)
		for (size_t i = 0; i < known->count; i++)
			if (known->options[i]->key == *letters && known->options[i]->arg)
				return letters[1] == '\0';
	return false;
}

static void tell(const struct known *known, const char *name, size_t length)
{
	const char *names[OPTIONS_MAX + 1] = {NULL}, *nearest;
	char typed[NEAREST_WORD_MAX + 2]; /* a longer word is near none */
	size_t count = 0;

	for (size_t i = 0; i < known->count; i++)
		if (known->options[i]->name && !(known->options[i]->flags & OPTION_HIDDEN))
			names[count++] = known->options[i]->name;
	snprintf(typed, sizeof(typed), "%.*s", (int)length, name);
	nearest = nearest_word(typed, names);
	log_error("unrecognized option '--%.*s'%s%s%s", (int)length, name,
		nearest ? ", did you mean '--" : "", nearest ? nearest : "", nearest ? "'?" : "");
}

bool spelling_tell_unknown(const struct argp *argp, int argc, char **argv)
{
	struct known known = {.count = 0};

	collect(argp, &known);
	for (int i = 1; i < argc && !known.is_full && strcmp(argv[i], "--") != 0; i++) {
		const char *word = argv[i];
		size_t length = strcspn(word, "=");
		const struct argp_option *option;

		if (strncmp(word, "--", 2) != 0) {
			i += *word == '-' && takes_next(&known, word + 1);
			continue;
		}
		option = find_long(&known, word + 2, length - 2);
		if (!option) {
			tell(&known, word + 2, length - 2);
			return true;
		}
		if (strcmp(option->name, "help") == 0)
			return false; /* what follows does not matter any more */
		i += option->arg && !word[length];
	}
	return false;
}

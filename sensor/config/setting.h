/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_SETTING_H
#define CONFIG_SETTING_H
/*
 * The one table of settings. It makes the keys of the configuration file, the options of replay and
 * flows, their help, shell completion and the check of the manual.
 */
#include "config/config.h"

#define SETTING_REASON_SIZE 160
#define SETTING_COUNT_MAX 64    /* rows of the table */
#define SETTING_LIST_MAX 100000 /* entries of a list */

enum setting_kind {
	SETTING_TEXT,   /* char * */
	SETTING_NUMBER, /* uint64_t, whole, within low..high */
	SETTING_RATE,   /* double, above low up to high */
	SETTING_SHARE,  /* double, from low to high */
	SETTING_SWITCH, /* bool: true or false in the file, bare on the command line */
	SETTING_LIST,   /* struct config_list: a sequence in the file, repeatable as an option */
};

/* Commands that obey a few settings only; replay and run obey all (but see is_live). They accept
 * the others too, since one file is for all commands, and their help does not show them. */
enum setting_user {
	SETTING_FLOWS = 1,
	SETTING_COMPARE = 2,
	SETTING_PLUGINS = 4,
	SETTING_SPOOL = 8,
	SETTING_SIGHT = SETTING_FLOWS | SETTING_COMPARE, /* what is seen in captures, and how */
	SETTING_ALL = SETTING_SIGHT | SETTING_PLUGINS | SETTING_SPOOL,
};

/* What the help gathers under one headline. */
enum setting_section {
	SECTION_INPUT,
	SECTION_OUTPUT,
	SECTION_REDIS,
	SECTION_SIGHT,
	SECTION_JUDGE,
	SECTION_LIVE,
	SECTIONS,
};

struct setting {
	const char *name; /* long option and key */
	char letter;      /* short option; 0 none */
	enum setting_section section;
	enum setting_kind kind;
	size_t offset;        /* into struct config */
	const char *argument; /* word for help: "FILE"; NULL for a switch */
	const char *help;     /* one line */
	const char *initial;  /* value by default, as text; NULL none */
	uint64_t low, high;   /* limits of a number or rate */
	unsigned users;       /* enum setting_user: who obeys it besides replay and run */
	bool is_offline;      /* of replay alone; run passes it over */
	bool is_live;         /* an option of run alone; as a key, other commands pass it over */
	bool is_reloaded;     /* a running sensor takes a new value over; others take a restart */
	/* Further check of one value; writes why into `ret_reason` and returns -EINVAL. NULL: none.
	 */
	int (*check)(const char *text, char ret_reason[SETTING_REASON_SIZE]);
	/* Takes what is secret out of an argument of the command line, which any user of the
	 * system can read. NULL: nothing is. */
	void (*hide)(char *argument);
};

/* All settings, in the order of help; ended by a NULL name. */
extern const struct setting settings[];

/* The setting of that name, or NULL. */
const struct setting *setting_find(const char *name);

/* Gives a setting one value; a list gets it added. The text is copied. Returns 0, -ENOMEM, or
 * -EINVAL with the reason, which repeats no more of the value than is safe to show (never a
 * password). */
int setting_assign(const struct setting *setting, struct config *config, const char *text,
	char ret_reason[SETTING_REASON_SIZE]);

/* True when both configurations say the same. What is secret in a value is not compared. */
bool setting_is_same(
	const struct setting *setting, const struct config *left, const struct config *right);

/* Gives `config` the value that `from` has, in place of its own. Returns 0, or -ENOMEM: then the
 * setting holds a part of it. */
int setting_copy(const struct setting *setting, struct config *config, const struct config *from);

/* Makes a list empty; nothing for the other kinds. */
void setting_clear_list(const struct setting *setting, struct config *config);

#endif

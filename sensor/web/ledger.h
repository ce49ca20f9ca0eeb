/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WEB_LEDGER_H
#define WEB_LEDGER_H
/*
 * Usage in memory: for each range four weeks of hours and the last sixty minutes, so that an
 * overview costs no question to Redis. All values are means per minute: hosts do not add up over
 * time, and a mean reads the same at every zoom. A range grows at both ends, so that its newest
 * minutes can be shown while its past is still read. Safe to use from any thread; only one thread
 * changes it.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LEDGER_RANGES_MAX 200    /* further ranges are counted only; 190 KB each */
#define LEDGER_FIRST_MAX 512     /* names of ranges that come first */
#define LEDGER_TECHNIQUES_MAX 20 /* with "all"; further ones are left out */
#define LEDGER_HOURS 672
#define LEDGER_MINUTES 60
#define LEDGER_NAME_SIZE 256
#define LEDGER_TECHNIQUE_SIZE 32
#define LEDGER_DAYS_MIN 3 /* of the same hour of the day make a usual value */
#define LEDGER_DAYS_MAX 14

enum ledger_metric { LEDGER_HOSTS, LEDGER_FLOWS, LEDGER_BYTES };
#define LEDGER_METRICS 3

struct ledger;

struct ledger_techniques {
	size_t count;
	char names[LEDGER_TECHNIQUES_MAX][LEDGER_TECHNIQUE_SIZE];
};

/* Some minutes, added up. */
struct ledger_slot {
	int64_t number;   /* hours or minutes since 1970 */
	uint32_t minutes; /* 0: the slot is empty */
	float sums[LEDGER_TECHNIQUES_MAX][LEDGER_METRICS];
};

struct ledger_range {
	char name[LEDGER_NAME_SIZE];
	int64_t last_ms;  /* start of the newest minute; -1: none yet */
	int64_t first_ms; /* start of the oldest one that was read; -1: none yet */
	bool is_complete; /* no older one is wanted, or there */
	bool is_seen;     /* since the last ledger_sweep() */
	struct ledger_slot hours[LEDGER_HOURS];
	struct ledger_slot minutes[LEDGER_MINUTES];
};

/* NULL: no memory. */
struct ledger *ledger_new(void);
void ledger_free(struct ledger *ledger);

/* The range of that name, made when it is new, and seen. Returns its number, or -ENOSPC (which is
 * counted) or -ENOMEM. */
int ledger_find_range(struct ledger *ledger, const char *name);

/* The ranges of these names come first from now on: where there is no room, ledger_find_range gives
 * one of them the place of a range that is not among them, whose number it takes. Names beyond
 * LEDGER_FIRST_MAX are left out. */
void ledger_put_first(struct ledger *ledger, const char *const *names, size_t count);

/* All names were looked for: ranges that were not seen are gone. Numbers of ranges change. */
void ledger_sweep(struct ledger *ledger);

struct ledger_sum {
	size_t ranges, complete;
	size_t left_out;  /* ranges that found no room */
	bool is_swept;    /* all names were looked for at least once */
	uint64_t version; /* another one after every change */
};

void ledger_sum(struct ledger *ledger, struct ledger_sum *ret_sum);

/* Puts the value of a field such as "tor_hosts" into `slot`. Fields of other names are left out. */
void ledger_take_field(struct ledger *ledger, struct ledger_slot *slot, const char *field,
	size_t length, const char *value);

/* Adds the minute that starts at `ms`, newer than all of the range or older than all of it; one in
 * between is known and left out. An older one beyond LEDGER_HOURS makes the range complete. */
void ledger_add_minute(
	struct ledger *ledger, size_t range, int64_t ms, const struct ledger_slot *minute);

/* There is nothing older to be read. */
void ledger_complete(struct ledger *ledger, size_t range);

/* Forgets the minutes of a range, which begins anew. */
void ledger_clear(struct ledger *ledger, size_t range);

/* Copies a range and the techniques known so far. False: there is no such range (any more). */
bool ledger_copy(struct ledger *ledger, size_t range, struct ledger_range *ret_range,
	struct ledger_techniques *ret_techniques);

/* "flows" and "bytes" are themselves, anything else, and NULL, is hosts. */
enum ledger_metric ledger_metric_find(const char *name);

/* The mean of an hour; NAN when nothing is known of it. */
double ledger_hour(const struct ledger_range *range, int64_t hour, size_t technique,
	enum ledger_metric metric);

/* The mean of the last sixty minutes. */
double ledger_now(const struct ledger_range *range, size_t technique, enum ledger_metric metric);

/* The median of the same hour of the day in the two weeks before `hour`; NAN when fewer than
 * LEDGER_DAYS_MIN days are known. */
double ledger_usual(const struct ledger_range *range, int64_t hour, size_t technique,
	enum ledger_metric metric);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PUBLISH_ENTRY_H
#define PUBLISH_ENTRY_H
/*
 * What waits for Redis: one stream entry as a flat run of strings, so that it can be kept, moved
 * and stored without knowing what it says.
 */
#include "publish/publisher.h"

/* In the order in which they go to Redis. */
enum entry_kind { ENTRY_ALERT, ENTRY_HEARTBEAT, ENTRY_HOUR, ENTRY_MINUTE };
#define ENTRY_KINDS 4
#define ENTRY_FIELDS_MAX 1000 /* of a bucket or heartbeat; what is beyond is left out */
#define ENTRY_STRINGS_MAX (2 + 2 * (ENTRY_FIELDS_MAX + 8))

struct entry {
	struct entry *next; /* owned by the queue that holds the entry */
	enum entry_kind kind;
	bool overtaken;    /* put off by Redis, which has taken a later one of its stream since */
	uint64_t sequence; /* in the spool; 0: not there */
	size_t count;      /* strings */
	size_t bytes;      /* of all strings with their NULs */
	/* Stream (without prefix), id, then field and value in turns; one after the other. The last
	 * value of an alert is its whole EVE record. */
	char *strings;
};

/* The entry of an alert: id "*", the fields of its summary, then `eve`. NULL: no memory. */
struct entry *entry_new_alert(const struct alert *alert, const char *sensor, const char *eve);

/* Whether buckets of that scale go to Redis. */
bool entry_takes_scale(uint32_t scale_s);

/* The entry of a closed bucket of such a scale, in the stream "usage:<range>" or
 * "usage-hour:<range>". Its id is "<start ms>-<seconds of it that passed unseen before>": what two
 * runs saw of one hour are two entries, what is delivered again is none. NULL: no memory. */
struct entry *entry_new_usage(const struct publisher_usage *usage);

/* The heartbeat of a sensor at `time_ms`: version, interface, then `fields`. NULL: no memory. */
struct entry *entry_new_heartbeat(const struct eve_sensor *sensor, int64_t time_ms,
	const struct publisher_field *fields, size_t count);

/* Fills `ret_strings` with at most `max` pointers into the entry; returns how many there are. */
size_t entry_list(const struct entry *entry, const char **ret_strings, size_t max);

/* The last string: an alert's EVE record. */
const char *entry_last(const struct entry *entry);

void entry_free(struct entry *entry);

/* `name` for use within a key: bytes other than letters, digits, dot, hyphen and underscore become
 * %NN, so that two names never share a key and no key needs quoting. Cut at `size`. Returns
 * ret_key. */
#define ENTRY_KEY_SIZE 256
const char *entry_make_key(const char *name, char *ret_key, size_t size);

/* Undoes it: %NN becomes a byte. */
void entry_name_of_key(const char *key, char *ret_name, size_t size);

/* The bucket that entry_new_usage() was given; its range and fields are written to `ret_range` and
 * `ret_fields`, whose names point into the entry, of which the first `max` are read. A time before
 * 1970 is lost. Returns 0, or -EINVAL: it is no entry of usage. */
int entry_read_usage(const struct entry *entry, char ret_range[ENTRY_KEY_SIZE],
	struct publisher_field *ret_fields, size_t max, struct publisher_usage *ret_usage);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PUBLISH_PUBLISHER_H
#define PUBLISH_PUBLISHER_H
/*
 * The way out for alerts and usage: files at once, Redis from a thread of its own, so that a slow
 * or absent server never holds the pipeline up. Entries wait in a bounded queue until Redis has
 * acknowledged them.
 */
#include "alert/alert.h"
#include "alert/eve.h"

struct publisher;

/* Environment variable that holds the password where the URL has none: command lines are public. */
#define PUBLISHER_PASSWORD_VARIABLE "SURGETAP_REDIS_PASSWORD"

struct publisher_settings {
	const char *alerts_file;  /* NDJSON; "-" standard output; NULL none */
	const char *usage_file;   /* NDJSON; "-" standard output; NULL none */
	uint32_t usage_scale_s;   /* of the buckets that go to the file; 0: all */
	bool append;              /* add to the files instead of emptying them first */
	bool is_live;             /* usage reaches its file at once, not 256 KiB at a time */
	bool is_started_later;    /* by publisher_start, perhaps as another user */
	const char *redis_url;    /* redis://[user:password@]host:port/db or unix:///path?db=N; NULL
				     none */
	const char *state_dir;    /* alerts wait for Redis in <state_dir>/spool, counts of hours in
				     <state_dir>/spool-hours, across runs; NULL: in memory. Without a
				     Redis URL it is not used */
	const char *redis_prefix; /* "surgetap:" */
	const char *redis_channel, *redis_list; /* mirrors of each alert; NULL none */
	/* Stream lengths kept, approximately; 0: all. */
	uint64_t alerts_maxlen, usage_maxlen, usage_hour_maxlen;
	uint32_t
		queue_max; /* entries waiting for Redis; a full queue drops the newest and counts */
	struct eve_sensor sensor;
};

struct publisher_stats {
	uint64_t alerts, usage_lines; /* handed in */
	uint64_t redis_acknowledged, redis_pending, redis_dropped, redis_errors, redis_connects;
	uint64_t redis_dropped_usage; /* how many of redis_dropped were usage, minutes or hours */
	uint64_t file_errors;
	uint64_t spool_pending, spool_bytes; /* alerts on disk that wait, size of the spool */
	uint64_t spool_errors;               /* alerts that the spool did not take */
};

/* One field of a usage entry: a name such as "vpn_flows" and its number. */
struct publisher_field {
	const char *name;
	double value; /* written as an integer where it is one */
};

/* A closed bucket of one range, of whatever scale. */
struct publisher_usage {
	const char *range;
	int64_t start_s, since_s; /* Unix: where it begins, and where what was seen of it begins */
	uint32_t scale_s;
	bool is_over; /* false: the run ends within it, and the next one will tell all of it */
	const struct publisher_field *fields;
	size_t count;
};

/* Checks a Redis URL without connecting. Returns 0, or -EINVAL and a reason in `ret_reason` that
 * never repeats a password. */
int publisher_check_url(const char *url, char ret_reason[128]);

/* Overwrites the password in `url`, of whatever form, with asterisks: for the argument of a command
 * line, after it was copied. */
void publisher_hide_password(char *url);

/* Opens the files, and the spool, and starts the thread. Returns 0, or -errno after one log line
 * naming the file. An unreachable Redis is no error: it is tried again until publisher_drain's time
 * is over. */
int publisher_open(const struct publisher_settings *settings, struct publisher **ret_publisher);

/* Opens the spool and starts the thread, where publisher_open has not: whoever does it owns the
 * spool's files and must be able to write to them as long as the publisher is there. Before the
 * first entry. Returns as publisher_open does. */
int publisher_start(struct publisher *publisher, const struct publisher_settings *settings);

/* The two put functions are for one thread at a time; all others may be called from any thread. */

/* Hands one alert to every sink. Never blocks on Redis. Alert is read before the call returns. */
void publisher_put_alert(struct publisher *publisher, const struct alert *alert);

/* Hands a bucket to every usage sink that wants it: the file those of its scale, Redis minutes, and
 * hours that are over. All is read before the call returns. */
void publisher_put_usage(struct publisher *publisher, const struct publisher_usage *usage);

/* Says how the sensor fares, in the heartbeat `<prefix>sensor:<name>` in Redis, which lives for
 * 60 s: call it every 10 s or so. Only the newest is kept; without Redis it does nothing. Version,
 * interface, queue_depth and spool_depth are added to `fields`, of which PUBLISHER_HEARTBEAT_MAX
 * are used. */
#define PUBLISHER_HEARTBEAT_MAX 63
void publisher_set_heartbeat(
	struct publisher *publisher, const struct publisher_field *fields, size_t count);

/* Writes to the files what is held back, so that publisher_stats tells what did not fit; waits
 * until Redis has acknowledged everything, at most `seconds`. Returns entries still waiting. */
uint64_t publisher_drain(struct publisher *publisher, unsigned seconds);

void publisher_stats(struct publisher *publisher, struct publisher_stats *ret_stats);

/* Flushes and closes the files, stops the thread. Entries still waiting are lost (and were
 * counted). */
void publisher_close(struct publisher *publisher);

/* The version string of hiredis that the program was built with and runs on. */
const char *publisher_library_version(void);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WEB_EPISODES_H
#define WEB_EPISODES_H
/*
 * What sensors said of each rise, from its opening to its close, as one line: the newest entry of
 * an alert_id. Kept in memory, so that a list can be had in any order, and who is open can be
 * counted, without reading a stream of a million records. Of a longer history the newest are kept,
 * and how far back they go is told. Safe to use from any thread.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "publish/stream_id.h"
#include "web/names.h"

#define EPISODES_MAX 50000    /* beyond it a tenth goes: those whose newest entry is the oldest */
#define EPISODES_ID_SIZE 48   /* of an alert_id; an alert with a longer one is not kept */
#define EPISODES_SHOWN 5000   /* places of a list that can be asked for */
#define EPISODES_OPEN_MAX 512 /* pairs of range and technique with open ones that are counted */

/* Texts are numbers of names_text(); numbers that are not known are NAN. */
struct episode {
	struct stream_id id; /* of its newest entry */
	char alert_id[EPISODES_ID_SIZE];
	double time_ms, first_ms; /* packet time of the newest, of the oldest entry */
	double window_end_s;
	float ratio, rise_percent, score, scale_seconds, severity;
	uint16_t state, range, technique, metric, sensor;
	bool is_acked;
};

enum episode_order {
	EPISODE_BY_TIME,  /* of the newest entry */
	EPISODE_BY_BEGIN, /* of the oldest one */
	EPISODE_BY_STATE,
	EPISODE_BY_TECHNIQUE,
	EPISODE_BY_RANGE,
	EPISODE_BY_RATIO,
	EPISODE_BY_RISE,
	EPISODE_BY_SEVERITY, /* 1 is the most severe */
	EPISODE_BY_ACK,      /* not seen to comes first */
};
#define EPISODE_ORDERS 9

struct episode_wish {
	enum episode_order order;
	bool is_descending;
	/* Which ones; `names` gives their texts. */
	bool (*is_wanted)(
		const void *user, const struct names *names, const struct episode *episode);
	const void *user;
	size_t offset, limit; /* their sum is EPISODES_SHOWN at most */
};

struct episodes;

/* NULL: no memory. */
struct episodes *episodes_new(void);
void episodes_free(struct episodes *episodes);

/* Takes an entry of the stream as alerts_make() gives it, with "ack" if it was seen to; in any
 * order. Returns 0, -EINVAL (no id or alert_id), -ENOSPC (it is older than all that are kept, which
 * are enough) or -ENOMEM. */
int episodes_take(struct episodes *episodes, const json_t *alert);

/* The alert was seen to, or not any more. */
void episodes_set_ack(struct episodes *episodes, const char *alert_id, bool is_acked);

/* Those whose newest entry is older than `id` are no longer in the stream. */
void episodes_forget(struct episodes *episodes, const struct stream_id *id);

void episodes_clear(struct episodes *episodes);

/* All of the stream was taken, or as much as is kept. */
void episodes_complete(struct episodes *episodes);

struct episodes_sum {
	size_t count;
	struct stream_id oldest; /* of the newest entries of those that are kept */
	bool is_complete;        /* episodes_complete() was called */
	bool is_cut;             /* there were more than are kept */
	uint64_t version;        /* another one after every change */
};

void episodes_sum(struct episodes *episodes, struct episodes_sum *ret_sum);

/* A part of the list in the order of the wish; among equals the newest come first. "episodes" as
 * objects like those of alerts_make() with "first_ms", and "total" of those wanted. NULL: no
 * memory. */
json_t *episodes_list(struct episodes *episodes, const struct episode_wish *wish);

/* [{"range", "technique", "count", "unseen": of them not seen to}] of those that are open. NULL: no
 * memory. */
json_t *episodes_count_open(struct episodes *episodes);

#endif

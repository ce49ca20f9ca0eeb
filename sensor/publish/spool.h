/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PUBLISH_SPOOL_H
#define PUBLISH_SPOOL_H
/*
 * Entries on disk until Redis has acknowledged them: a folder of append-only segments, and a file
 * `acknowledged` that says how far the reader has come. A record is on the disk (fdatasync) when
 * spool_append returns. After a crash the torn end of the last segment is cut off; damage in the
 * middle costs the damaged records only. What was delivered just before a crash may be delivered
 * again.
 *
 * Only one process at a time can use a spool; others can look at it meanwhile. All functions but
 * open and close may be called from different threads.
 */
#include <stdbool.h>

#include "publish/entry.h"

#define SPOOL_SEGMENT_BYTES (4 * 1024 * 1024)
#define SPOOL_BYTES_MAX (256 * 1024 * 1024)

struct spool;

struct spool_settings {
	const char *folder; /* made with mode 0700 when missing; its parent must exist */
	bool read_only; /* only looks: it must exist, nothing is changed, not even a lock taken */
	bool is_lazy;   /* records outlive the program, not a power failure: the disk is not waited
			   for */
	uint64_t segment_bytes, bytes_max; /* 0: the limits above */
};

struct spool_stats {
	uint64_t pending; /* records that wait */
	uint64_t bytes;   /* of all segments */
	uint64_t damaged_bytes;
};

/* Opens or makes the spool. Returns 0 or -errno: -EBUSY when another process has it,
 * -EPROTONOSUPPORT when a newer version wrote it. */
int spool_open(const struct spool_settings *settings, struct spool **ret_spool);

/* What an error of spool_open means, in a few words. */
const char *spool_explain(int error);

/* Writes `entry` to the disk and gives it its sequence number. Returns 0 or -errno; -EDQUOT when
 * the spool holds bytes_max, -EROFS when it is read only. A record that failed is not in the spool.
 */
int spool_append(struct spool *spool, struct entry *entry);

/* Reads up to `max` waiting entries, the oldest first, of those numbered above `after`. Returns 0
 * and the entries linked by `next` (NULL: there are none), or -errno when the disk cannot be read
 * now. */
int spool_load(struct spool *spool, uint64_t after, size_t max, struct entry **ret_first);

/* Everything numbered below `sequence` is delivered; segments that hold nothing else are removed.
 * Nothing for a spool that is read only. */
void spool_acknowledge(struct spool *spool, uint64_t sequence);

/* The number that the next record will get. */
uint64_t spool_next(struct spool *spool);

void spool_stats(struct spool *spool, struct spool_stats *ret_stats);

/* NULL is fine. */
void spool_close(struct spool *spool);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PUBLISH_STREAM_ID_H
#define PUBLISH_STREAM_ID_H
#include <stdint.h>

/* The id of an entry of a stream in Redis: "<ms>-<number>", in the order of its streams. */
struct stream_id {
	uint64_t ms, number;
};

/* Returns 0, or -EINVAL when `text` is no id. */
int stream_id_parse(const char *text, struct stream_id *ret_id);

/* Below zero, zero or above it, as `a` is older than, the same as or newer than `b`. */
int stream_id_compare(const struct stream_id *a, const struct stream_id *b);

#endif

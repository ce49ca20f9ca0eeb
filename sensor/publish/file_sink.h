/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PUBLISH_FILE_SINK_H
#define PUBLISH_FILE_SINK_H
/*
 * Lines into a file or to standard output. A line that cannot be written (disk full, reader gone)
 * is lost, counted, and told at most once a minute; the next line that fits starts on a line of its
 * own, so that one fault never spoils two records. A line longer than 256 KiB is lost as well.
 */
#include <stdbool.h>
#include <stdint.h>

struct file_sink;

/* Opens `path` ("-" is standard output), created with mode 0644 or else emptied, unless `append`.
 * Returns 0 or -errno. */
int file_sink_open(const char *path, bool append, struct file_sink **ret_sink);

/* Writes `line` and a line feed. With `flush` everything held back is written before the call
 * returns; without, lines are gathered into larger writes. One thread at a time. */
void file_sink_put(struct file_sink *sink, const char *line, bool flush);

/* Writes what is held back. One thread at a time, as above. */
void file_sink_flush(struct file_sink *sink);

/* Lines lost so far. Any thread. */
uint64_t file_sink_lost(const struct file_sink *sink);

/* Writes what is held back and closes. NULL is fine. */
void file_sink_close(struct file_sink *sink);

#endif

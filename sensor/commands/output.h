/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_OUTPUT_H
#define COMMANDS_OUTPUT_H
/* A file that a run leaves, or standard output. */
#include <stdio.h>

/* Opens `path` ("-" is standard output, NULL none: *ret_stream is NULL then) before the run, so
 * that a place that cannot be written is told before hours of work. Returns 0, or STATUS_FAILURE
 * after logging why. The caller hands the stream to output_close. */
int output_open(const char *path, FILE **ret_stream);

/* Closes `stream`, which may be NULL. `error` is what came of writing, 0 or -errno. Returns
 * `status`, the command's exit status so far, or STATUS_FAILURE instead of 0 after logging with
 * `path` what could not be written. */
int output_close(FILE *stream, const char *path, int error, int status);

#endif

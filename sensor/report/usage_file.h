/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_USAGE_FILE_H
#define REPORT_USAGE_FILE_H
/* Reads the counts that `replay --usage` writes: NDJSON, a line for each closed bucket and range.
 */
#include <stdio.h>

#include "report/book.h"

struct usage_file_fault {
	uint64_t line;    /* from 1 */
	const char *text; /* static: what is wrong with it */
};

/* Puts every line of `file` into the book. Lines of another event_type and empty lines are passed
 * over. Returns the lines taken, or -EINVAL with `ret_fault` for the first line that is no usage
 * line or does not fit, -EIO when reading fails, -ENOMEM; the book keeps what came before. A line
 * may have 1 MiB. */
int64_t usage_file_read(FILE *file, struct book *book, struct usage_file_fault *ret_fault);

#endif

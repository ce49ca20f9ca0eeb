/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_USAGE_BOOK_H
#define COMMANDS_USAGE_BOOK_H
/* Closed buckets of the pipeline, put into a book. */
#include "pipeline/analyst.h"
#include "report/book.h"

/* Returns what book_put does. */
int usage_book_put(struct book *book, const struct analyst_usage *usage);

#endif

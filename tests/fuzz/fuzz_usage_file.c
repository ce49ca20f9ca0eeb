/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a file of usage: taken lines or a fault with its line, and a book whose figures can
 * be shown. */
#include "report/usage_file.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#define HOUR_S 3600
#define START_S INT64_C(1772323200) /* 2026-03-01: a year of slots is room enough */
#define END_S (START_S + INT64_C(366) * 86400)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_range(const struct book *book, const struct book_range *range)
{
	for (size_t slot = 0; slot < range->slots; slot++) {
		require(range->seen[slot].seconds >= 0.0F);
		for (size_t column = 0; column < book_columns(book); column++) {
			struct book_cell cell = book_cell(range, column, slot);
			require(isfinite(cell.flows) && cell.flows >= 0.0);
			require(isfinite(cell.hosts) && cell.hosts >= 0.0);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct usage_file_fault fault = {0};
	struct book *book = NULL;
	if (size == 0)
		return 0;
	FILE *file = fmemopen((void *)(uintptr_t)data, size, "r");
	require(file != NULL && book_new(HOUR_S, &book) == 0);
	book_limit(book, START_S, END_S);
	int64_t taken = usage_file_read(file, book, &fault);
	require(taken >= 0 || (taken == -EINVAL && fault.line > 0 && fault.text) ||
		taken == -ENOMEM);
	for (size_t i = 0; i < book_ranges(book); i++)
		check_range(book, book_range(book, i));
	book_free(book);
	fclose(file);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_SERIES_CSV_H
#define COMMANDS_SERIES_CSV_H
/*
 * Count series as CSV. The header is `series,time,count`, then may come `rest`, then may come
 * `coverage`. A series' name may stand in double quotes (RFC 4180), in one line. Lines end in LF or
 * CRLF; a byte order mark and empty lines are passed over.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define SERIES_CSV_NAME_MAX 255                /* bytes of a series' name */
#define SERIES_CSV_LINE_MAX 4096               /* bytes of a line */
#define SERIES_CSV_COUNT_MAX 0x1p53            /* above, doubles no longer tell neighbours apart */
#define SERIES_CSV_TIME_MAX (INT64_C(1) << 40) /* s; the year 36812 */

struct series_row {
	const char *name; /* `name_length` bytes, any but NUL; valid until the next call */
	size_t name_length;
	int64_t time_s;
	double count;
	double rest;     /* NAN when absent */
	double coverage; /* 1 when absent */
};

/* Where and why reading stopped. */
struct series_csv_fault {
	uint64_t line, column; /* from 1; column 0: the line as a whole */
	const char *text;      /* static */
	int error;             /* errno when reading failed, else 0 */
};

struct series_csv {
	FILE *file;
	uint64_t line;  /* lines read */
	uint64_t bytes; /* read from the file so far */
	uint32_t columns;
	size_t at, filled; /* bytes of `buffer`: next line, end of what was read */
	char buffer[65536];
};

/* Reads the header from `file`, which stays the caller's. Returns 0, -EINVAL for a wrong header,
 * -EIO when reading failed; then `ret_fault` is set. */
int series_csv_init(struct series_csv *csv, FILE *file, struct series_csv_fault *ret_fault);

/* Reads the next row. Returns 1, 0 at the end, or -EINVAL or -EIO with `ret_fault` set. */
int series_csv_next(
	struct series_csv *csv, struct series_row *ret_row, struct series_csv_fault *ret_fault);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_GEOIP_FAULTS_H
#define TESTS_GEOIP_FAULTS_H
/* A listener that keeps the last fault and counts them all; and a file to put bytes into. */
#include "geoip/geoip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

struct faults {
	unsigned count;
	char place[128], message[160];
};

static inline void note_fault(void *argument, const char *place, const char *message)
{
	struct faults *faults = argument;

	faults->count++;
	snprintf(faults->place, sizeof faults->place, "%s", place);
	snprintf(faults->message, sizeof faults->message, "%s", message);
}

static inline void write_file(const char *path, const void *data, size_t size)
{
	FILE *stream = fopen(path, "wb");

	assert_non_null(stream);
	assert_int_equal(fwrite(data, 1, size, stream), size);
	assert_int_equal(fclose(stream), 0);
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_WATCHED_RANGES_H
#define TESTS_WATCHED_RANGES_H
/* Watched ranges out of the texts of an operator. */
#include "watch/ranges.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* `texts` ends with NULL. */
static inline struct ranges *make_ranges(const char *const *texts)
{
	struct ranges *ranges;

	assert_int_equal(ranges_new(&ranges), 0);
	for (; *texts; texts++)
		assert_int_equal(ranges_add(ranges, *texts), 0);
	assert_int_equal(ranges_finish(ranges), 0);
	return ranges;
}

#endif

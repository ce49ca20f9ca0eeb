/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/redis_error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void redis_errors_are_told_apart(void **state)
{
	(void)state;
	static const struct {
		const char *reply, *name;
		enum redis_verdict verdict;
	} replies[] = {
		{"ERR The ID specified in XADD is equal or smaller than the target stream top item",
			"duplicate", REDIS_REPEATED},
		{"ERR Protocol error: unauthenticated multibulk length", "NOAUTH", REDIS_RETRY},
		{"NOAUTH Authentication required.", "NOAUTH", REDIS_RETRY},
		{"WRONGPASS invalid username-password pair or user is disabled.", "WRONGPASS",
			REDIS_RETRY},
		{"NOPERM this user has no permissions", "NOPERM", REDIS_REFUSED},
		{"OOM command not allowed when used memory > 'maxmemory'.", "OOM", REDIS_RETRY},
		{"READONLY You can't write against a read only replica.", "READONLY", REDIS_RETRY},
		{"LOADING Redis is loading the dataset in memory", "LOADING", REDIS_RETRY},
		{"MISCONF Redis is configured to save RDB snapshots", "MISCONF", REDIS_RETRY},
		{"WRONGTYPE Operation against a key", "WRONGTYPE", REDIS_REFUSED},
		{"BUSY Redis is busy running a script.", "BUSY", REDIS_RETRY},
		{"ERR unknown command 'XADD'", "unknown command", REDIS_REFUSED},
		{"SOMETHING new", "unexpected answer", REDIS_REFUSED},
		{"", "unexpected answer", REDIS_REFUSED},
	};
	for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
		const struct redis_error *error = redis_error_find(replies[i].reply);
		assert_string_equal(error->name, replies[i].name);
		assert_int_equal(error->verdict, replies[i].verdict);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(redis_errors_are_told_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

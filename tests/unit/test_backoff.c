/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/backoff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void backoff_grows_to_its_limit_and_never_falls_below_a_second(void **state)
{
	(void)state;
	static const uint32_t randoms[] = {0, 1, 249, 250, 12345678, UINT32_MAX};
	for (unsigned failures = 1; failures < 100; failures++) {
		for (size_t i = 0; i < sizeof randoms / sizeof *randoms; i++) {
			int64_t wait_ms = backoff_wait_ms(failures, randoms[i]);
			assert_in_range(wait_ms, BACKOFF_MIN_MS, BACKOFF_MAX_MS * 5 / 4);
		}
	}
	assert_int_equal(backoff_wait_ms(1, 0), 1000);
	assert_int_equal(backoff_wait_ms(3, 0), 4000);
	assert_int_equal(backoff_wait_ms(UINT32_MAX, 0), BACKOFF_MAX_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(backoff_grows_to_its_limit_and_never_falls_below_a_second),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/stream_id.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void ids_are_not_compared_as_text(void **state)
{
	struct stream_id a, b;
	(void)state;
	assert_int_equal(stream_id_parse("9-10", &a), 0);
	assert_int_equal(stream_id_parse("10-2", &b), 0);
	assert_true(stream_id_compare(&a, &b) < 0);
	assert_int_equal(stream_id_parse("9-9", &b), 0);
	assert_true(stream_id_compare(&a, &b) > 0);
	static const char *const bad[] = {
		"", "1", "-", "1-", "-1", "1-2x", " 1-2", "+1-2", "99999999999999999999-0"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(stream_id_parse(bad[i], &a), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_are_not_compared_as_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

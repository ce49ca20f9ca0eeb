/* SPDX-License-Identifier: Apache-2.0 */
#include "packet/packet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* The names are keys of the statistics that other programs read. */
static void test_verdict_changed_its_name_or_place(void **state)
{
	static const char *const names[] = {"decoded", "not_ip", "truncated", "malformed",
		"fragments", "too_deep", "unsupported_link"};

	(void)state;
	assert_int_equal(sizeof(names) / sizeof(names[0]), PACKET_VERDICTS);
	for (int i = 0; i < PACKET_VERDICTS; i++)
		assert_string_equal(packet_verdict_name((enum packet_verdict)i), names[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdict_changed_its_name_or_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

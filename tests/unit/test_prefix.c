/* SPDX-License-Identifier: Apache-2.0 */
#include "watch/prefix.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct prefix parse(const char *text)
{
	struct prefix prefix;

	if (prefix_parse(text, &prefix) != 0)
		fail_msg("'%s' was refused", text);
	return prefix;
}

static void assert_shown_as(const char *text, const char *wanted)
{
	char shown[PREFIX_TEXT_SIZE];
	struct prefix prefix = parse(text);

	assert_string_equal(prefix_format(&prefix, shown), wanted);
}

static void host_bits_are_shown_as_part_of_the_prefix(void **state)
{
	(void)state;
	assert_shown_as("175.45.179.255/22", "175.45.176.0/22");
	assert_shown_as("10.1.2.3/0", "0.0.0.0/0");
	assert_shown_as("10.1.2.3", "10.1.2.3/32");
	assert_shown_as("2001:db8::ffff/127", "2001:db8::fffe/127");
	assert_shown_as("2001:db8::7", "2001:db8::7/128");
	assert_shown_as("ffff::1/0", "::/0");
}

static void ipv4_in_the_notation_of_ipv6_is_another_prefix(void **state)
{
	struct prefix four = parse("192.0.2.0/24"), six = parse("::ffff:192.0.2.0/120");

	(void)state;
	assert_int_equal(prefix_compare(&four, &six), 0);
	assert_shown_as("::ffff:192.0.2.0/120", "192.0.2.0/24");
	/* Wider than IPv4 it is none: its length is that of IPv6. */
	assert_shown_as("::ffff:192.0.2.0/95", "::fffe:0:0/95");
}

static void refused_prefix_overwrites_what_the_caller_had(void **state)
{
	struct prefix prefix = parse("192.0.2.0/24"), kept = prefix;

	(void)state;
	assert_int_equal(prefix_parse("192.0.2.0/33", &prefix), -EINVAL);
	assert_int_equal(prefix_parse("::/129", &prefix), -EINVAL);
	assert_int_equal(prefix_compare(&prefix, &kept), 0);
}

static void narrow_prefix_sorts_before_the_wide_one_around_it(void **state)
{
	struct prefix wide = parse("10.0.0.0/8"), narrow = parse("10.0.0.0/16"),
		      next = parse("11.0.0.0/8");

	(void)state;
	assert_true(prefix_compare(&wide, &narrow) < 0);
	assert_true(prefix_compare(&narrow, &wide) > 0);
	assert_true(prefix_compare(&narrow, &next) < 0);
	assert_int_equal(prefix_compare(&wide, &wide), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(host_bits_are_shown_as_part_of_the_prefix),
		cmocka_unit_test(ipv4_in_the_notation_of_ipv6_is_another_prefix),
		cmocka_unit_test(refused_prefix_overwrites_what_the_caller_had),
		cmocka_unit_test(narrow_prefix_sorts_before_the_wide_one_around_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "packet/address.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct surgetap_address parse(const char *text)
{
	struct surgetap_address address;

	assert_int_equal(address_parse(text, &address), 0);
	return address;
}

static void assert_text(const char *text, const char *expected)
{
	struct surgetap_address address = parse(text);
	char formatted[ADDRESS_TEXT_SIZE];

	assert_string_equal(address_format(&address, formatted), expected);
}

static void test_ipv4_and_its_mapped_form_are_two_addresses(void **state)
{
	struct surgetap_address plain = parse("192.0.2.1"), mapped = parse("::ffff:192.0.2.1");
	struct surgetap_address built = address_from_ipv4((const uint8_t[4]){192, 0, 2, 1});

	(void)state;
	assert_true(address_is_equal(&plain, &mapped));
	assert_true(address_is_equal(&plain, &built));
	assert_true(address_is_ipv4(&mapped));
}

static void test_ipv6_taken_for_ipv4(void **state)
{
	struct surgetap_address compatible = parse("::192.0.2.1"), zero = parse("::");

	(void)state;
	assert_false(address_is_ipv4(&compatible));
	assert_false(address_is_ipv4(&zero));
}

static void test_text_is_not_rfc_5952(void **state)
{
	(void)state;
	assert_text("10.20.30.40", "10.20.30.40");
	assert_text("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1");
	assert_text("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1");
	assert_text("::ffff:1.2.3.4", "1.2.3.4");
	assert_text("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
}

static void test_rubbish_is_parsed_as_an_address(void **state)
{
	static const char *const rubbish[] = {
		"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4/8", "::g", "1::2::3", " 1.2.3.4"};
	struct surgetap_address untouched = parse("192.0.2.1"), address = untouched;

	(void)state;
	for (size_t i = 0; i < sizeof(rubbish) / sizeof(rubbish[0]); i++)
		assert_int_equal(address_parse(rubbish[i], &address), -EINVAL);
	assert_true(address_is_equal(&address, &untouched));
}

static void test_order_depends_on_the_machine(void **state)
{
	struct surgetap_address a = parse("1.2.3.4"), b = parse("1.2.4.0"), c = parse("2001::");

	(void)state;
	assert_true(address_compare(&a, &b) < 0);
	assert_true(address_compare(&b, &a) > 0);
	assert_true(address_compare(&b, &c) < 0);
	assert_int_equal(address_compare(&c, &c), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ipv4_and_its_mapped_form_are_two_addresses),
		cmocka_unit_test(test_ipv6_taken_for_ipv4),
		cmocka_unit_test(test_text_is_not_rfc_5952),
		cmocka_unit_test(test_rubbish_is_parsed_as_an_address),
		cmocka_unit_test(test_order_depends_on_the_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

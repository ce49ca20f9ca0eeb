/* SPDX-License-Identifier: Apache-2.0 */
#include "http/listen.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void good_address_is_refused(void **state)
{
	static const struct {
		const char *text, *address;
		uint16_t port;
	} good[] = {
		{"127.0.0.1:9105", "127.0.0.1", 9105},
		{"localhost:0", "127.0.0.1", 0},
		{"[::1]:65535", "::1", 65535},
		{"0.0.0.0:80", "0.0.0.0", 80},
	};
	struct listen listen;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(listen_parse(good[i].text, &listen), 0);
		assert_string_equal(listen.address, good[i].address);
		assert_int_equal(listen.port, good[i].port);
	}
}

static void bad_address_is_taken(void **state)
{
	static const char *const bad[] = {"", ":", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x",
		"127.0.0.1:-1", "127.0.0.1: 80", "127.0.0.1:65536", "127.0.0.1:80x", "::1:80",
		"[::1:80", "[]:80", "[:80", "host:80", "[127.0.0.1]:80", "[localhost]:80",
		"1111:2222:3333:4444:5555:6666:7777:8888:9999:0000:1111:2222:80"};
	struct listen listen = {.port = 7};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(listen_parse(bad[i], &listen), -EINVAL);
	assert_int_equal(listen.port, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_address_is_refused),
		cmocka_unit_test(bad_address_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

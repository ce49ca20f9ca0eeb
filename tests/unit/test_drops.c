/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/drops.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const char devices[] =
	"Inter-|   Receive                                                |  Transmit\n"
	" face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets\n"
	"    lo:     100       2    0    0    0     0          0         0      100       2\n"
	"  eth1:12345678    9000    1   70    8     0          0         5      600       7\n"
	" eth11:       1       1    0    3    0     0          0         0        0       0\n";

static void drops_of_a_namesake_are_counted(void **state)
{
	uint64_t drops = 0;

	(void)state;
	assert_int_equal(drops_parse_device(devices, "eth1", &drops), 0);
	assert_int_equal(drops, 78);
	assert_int_equal(drops_parse_device(devices, "eth11", &drops), 0);
	assert_int_equal(drops, 3);
	assert_int_equal(drops_parse_device(devices, "th1", &drops), -ENOENT);
	assert_int_equal(drops_parse_device(devices, "eth", &drops), -ENOENT);
	assert_int_equal(drops_parse_device("", "eth1", &drops), -ENOENT);
	assert_int_equal(drops_parse_device("eth1: 1 2", "eth1", &drops), -ENOENT);
	assert_int_equal(drops, 3);
}

static void only_one_processor_is_counted(void **state)
{
	(void)state;
	assert_int_equal(drops_parse_softnet("00000010 0000000a 00000000 00000000\n"
					     "00000020 00000006 00000000 00000000\n"),
		16);
	assert_int_equal(drops_parse_softnet(""), 0);
	assert_int_equal(drops_parse_softnet("broken\n"), 0);
}

static void counter_that_begins_anew_counts_billions(void **state)
{
	uint64_t last = 100, counted = 0;

	(void)state;
	drops_follow(130, &last, &counted);
	assert_int_equal(counted, 30);
	drops_follow(5, &last, &counted);
	assert_int_equal(counted, 35);
	drops_follow(5, &last, &counted);
	assert_int_equal(counted, 35);
}

static void file_of_the_system_is_read_in_part(void **state)
{
	uint64_t drops = UINT64_MAX;

	(void)state;
	assert_int_equal(drops_read_device("lo", &drops), 0);
	assert_int_equal(drops_read_softnet(&drops), 0);
	assert_int_equal(drops_read_device("no such device", &drops), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(drops_of_a_namesake_are_counted),
		cmocka_unit_test(only_one_processor_is_counted),
		cmocka_unit_test(counter_that_begins_anew_counts_billions),
		cmocka_unit_test(file_of_the_system_is_read_in_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

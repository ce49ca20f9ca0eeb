/* SPDX-License-Identifier: Apache-2.0 */
#include "watch/ranges.h"

#include "tests/unit/watched_ranges.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MANY 100000
#define LOOK_UPS 1000

static const char *name_at(const struct ranges *ranges, const char *text)
{
	struct surgetap_address address;
	uint32_t range;

	assert_int_equal(address_parse(text, &address), 0);
	range = ranges_find(ranges, &address);
	return range == RANGE_NONE ? "none" : ranges_name(ranges, range);
}

#define ASSERT_AT(ranges, address, name) assert_string_equal(name_at(ranges, address), name)

static void wider_prefix_wins_over_the_one_nested_in_it(void **state)
{
	struct ranges *ranges = make_ranges((const char *const[]){"10.0.0.0/8=wide",
		"10.1.0.0/16=inner", "10.1.2.0/24=core", "10.1.2.3/32=host", NULL});

	(void)state;
	ASSERT_AT(ranges, "9.255.255.255", "none");
	ASSERT_AT(ranges, "10.0.0.0", "wide");
	ASSERT_AT(ranges, "10.1.1.255", "inner");
	ASSERT_AT(ranges, "10.1.2.2", "core");
	ASSERT_AT(ranges, "10.1.2.3", "host");
	ASSERT_AT(ranges, "10.1.2.4", "core");
	ASSERT_AT(ranges, "10.1.3.0", "inner");
	ASSERT_AT(ranges, "10.2.0.0", "wide");
	ASSERT_AT(ranges, "11.0.0.0", "none");
	ranges_free(ranges);
}

static void neighbour_begins_one_address_too_late(void **state)
{
	struct ranges *ranges =
		make_ranges((const char *const[]){"192.0.2.128/25=high", "192.0.2.0/25=low", NULL});

	(void)state;
	ASSERT_AT(ranges, "192.0.2.127", "low");
	ASSERT_AT(ranges, "192.0.2.128", "high");
	ASSERT_AT(ranges, "192.0.3.0", "none");
	ranges_free(ranges);
}

static void ends_of_the_address_space_are_lost(void **state)
{
	struct ranges *ranges = make_ranges((const char *const[]){"0.0.0.0/0=four", "::/0=six",
		"255.255.255.255/32=last4", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128=last6",
		"2001:db8::/64=half", NULL});

	(void)state;
	ASSERT_AT(ranges, "0.0.0.0", "four");
	ASSERT_AT(ranges, "255.255.255.254", "four");
	ASSERT_AT(ranges, "255.255.255.255", "last4");
	ASSERT_AT(ranges, "::", "six");
	ASSERT_AT(ranges, "::1:0:0:0", "six");
	ASSERT_AT(ranges, "2001:db8::ffff:ffff:ffff:ffff", "half");
	ASSERT_AT(ranges, "2001:db8:0:1::", "six");
	ASSERT_AT(ranges, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe", "six");
	ASSERT_AT(ranges, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "last6");
	ranges_free(ranges);
}

static void all_of_ipv6_takes_ipv4_in(void **state)
{
	struct ranges *ranges =
		make_ranges((const char *const[]){"::/0=six", "10.0.0.0/8=ten", NULL});

	(void)state;
	ASSERT_AT(ranges, "192.0.2.1", "none");
	ASSERT_AT(ranges, "10.9.9.9", "ten");
	ASSERT_AT(ranges, "2001:db8::1", "six");
	ranges_free(ranges);
}

static void prefix_given_twice_becomes_two_ranges(void **state)
{
	struct ranges *ranges = make_ranges(
		(const char *const[]){"10.0.0.0/8=a", "10.0.0.0/8=a", "10.255.0.0/8=a", NULL});
	struct prefix prefix;

	(void)state;
	assert_int_equal(ranges_count(ranges), 1);
	assert_int_equal(ranges_prefixes(ranges, 0, &prefix, 1), 1);
	ASSERT_AT(ranges, "10.0.0.1", "a");
	ranges_free(ranges);
}

static void prefix_claimed_by_two_ranges_goes_to_one_of_them(void **state)
{
	struct ranges *ranges;

	(void)state;
	assert_int_equal(ranges_new(&ranges), 0);
	assert_int_equal(ranges_add(ranges, "10.0.0.0/8=a"), 0);
	assert_int_equal(ranges_add(ranges, "10.0.0.0/8=b"), 0);
	assert_int_equal(ranges_finish(ranges), -EEXIST);
	ranges_free(ranges);
}

static void prefixes_of_one_name_become_several_ranges(void **state)
{
	struct ranges *ranges = make_ranges((const char *const[]){"198.51.100.0/24=lab",
		"2001:db8::/32=lab", "192.0.2.0/24=lab", "203.0.113.0/24", NULL});
	struct prefix prefixes[2];
	char text[PREFIX_TEXT_SIZE];

	(void)state;
	assert_int_equal(ranges_count(ranges), 2);
	ASSERT_AT(ranges, "2001:db8::1", "lab");
	ASSERT_AT(ranges, "192.0.2.1", "lab");
	ASSERT_AT(ranges, "203.0.113.1", "203.0.113.0/24");
	assert_int_equal(ranges_prefixes(ranges, 0, prefixes, 2), 3);
	assert_string_equal(prefix_format(&prefixes[0], text), "192.0.2.0/24");
	assert_string_equal(prefix_format(&prefixes[1], text), "198.51.100.0/24");
	ranges_free(ranges);
}

static void bad_prefix_is_taken(void **state)
{
	static const char *const bad[] = {"", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1",
		"10.0.0.0/ 8", "10.0.0.0/8x", "10.0.0/8", "10.0.0.256/8", "::/129", ":::/1", "host",
		"10.0.0.0/8=", "=name", "1.2.3.4/99999999999999999999",
		"2001:0db8:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000/32"};
	struct ranges *ranges;

	(void)state;
	assert_int_equal(ranges_new(&ranges), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (ranges_add(ranges, bad[i]) != -EINVAL)
			fail_msg("'%s' was taken", bad[i]);
	assert_int_equal(ranges_finish(ranges), 0);
	ASSERT_AT(ranges, "10.0.0.1", "none");
	assert_int_equal(ranges_count(ranges), 0);
	ranges_free(ranges);
}

static void host_bits_widen_the_prefix(void **state)
{
	struct ranges *ranges =
		make_ranges((const char *const[]){"10.1.2.3/24", "2001:db8::7", NULL});

	(void)state;
	ASSERT_AT(ranges, "10.1.2.250", "10.1.2.0/24");
	ASSERT_AT(ranges, "10.1.3.0", "none");
	ASSERT_AT(ranges, "2001:db8::7", "2001:db8::7/128");
	ASSERT_AT(ranges, "2001:db8::8", "none");
	ranges_free(ranges);
}

static void long_names_that_begin_alike_are_lost(void **state)
{
	char item[256];
	struct ranges *ranges;

	(void)state;
	assert_int_equal(ranges_new(&ranges), 0);
	for (int i = 0; i < 3; i++) {
		snprintf(item, sizeof(item), "10.%d.0.0/16=%0*d", i, RANGE_NAME_SIZE - 2 + i, 0);
		assert_int_equal(ranges_add(ranges, item), 0);
	}
	assert_int_equal(ranges_finish(ranges), 0);
	/* 62 characters, 63, and 64 cut to 63. */
	assert_int_equal(ranges_count(ranges), 2);
	assert_int_equal(strlen(name_at(ranges, "10.2.0.1")), RANGE_NAME_SIZE - 1);
	ranges_free(ranges);
}

/* xorshift64 (Marsaglia): the same prefixes in every run. */
static uint64_t draw(uint64_t *random)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	return *random ^= *random << 17;
}

static struct surgetap_address draw_address(uint64_t *random, const struct prefix *near)
{
	struct surgetap_address address;
	uint64_t noise[2] = {draw(random), draw(random)};

	memcpy(&address, noise, sizeof(address));
	/* Half in IPv4, half in a corner of IPv6: so that prefixes nest. */
	memcpy(address.bytes,
		noise[0] & 1 ? "\0\0\0\0\0\0\0\0\0\0\xff\xff" : "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0",
		12);
	if (near)
		memcpy(address.bytes + 12, near->network.bytes + 12, draw(random) % 5);
	return address;
}

static bool prefix_holds(const struct prefix *prefix, const struct surgetap_address *address)
{
	for (unsigned bit = 0; bit < prefix->bits; bit++)
		if ((prefix->network.bytes[bit / 8] ^ address->bytes[bit / 8]) & 0x80 >> bit % 8)
			return false;
	return true;
}

static const char *find_slowly(const struct prefix *prefixes,
	const struct surgetap_address *address, char ret_name[PREFIX_TEXT_SIZE])
{
	const struct prefix *best = NULL;

	for (size_t i = 0; i < MANY; i++)
		if ((!best || prefixes[i].bits > best->bits) && prefix_holds(&prefixes[i], address))
			best = &prefixes[i];
	return best ? prefix_format(best, ret_name) : "none";
}

static void hundred_thousand_prefixes_are_searched_wrongly(void **state)
{
	static struct prefix prefixes[MANY];
	char text[PREFIX_TEXT_SIZE], wanted[PREFIX_TEXT_SIZE];
	uint64_t random = 20260302;
	struct ranges *ranges;
	unsigned bits, found = 0;

	(void)state;
	assert_int_equal(ranges_new(&ranges), 0);
	for (size_t i = 0; i < MANY; i++) {
		prefixes[i].network =
			draw_address(&random, i ? &prefixes[draw(&random) % i] : NULL);
		prefixes[i].bits = (uint8_t)(100 + draw(&random) % 29);
		prefix_format(&prefixes[i], text);
		bits = prefixes[i].bits;
		assert_int_equal(prefix_parse(text, &prefixes[i]), 0);
		assert_int_equal(prefixes[i].bits, bits);
		prefix_format(&prefixes[i], text);
		assert_int_equal(ranges_add(ranges, text), 0);
	}
	assert_int_equal(ranges_finish(ranges), 0);
	for (size_t i = 0; i < LOOK_UPS; i++) {
		struct surgetap_address address =
			draw_address(&random, &prefixes[draw(&random) % MANY]);
		uint32_t range = ranges_find(ranges, &address);

		assert_string_equal(range == RANGE_NONE ? "none" : ranges_name(ranges, range),
			find_slowly(prefixes, &address, wanted));
		found += range != RANGE_NONE;
	}
	assert_in_range(found, LOOK_UPS / 10, LOOK_UPS);
	ranges_free(ranges);
}

static void no_prefix_at_all_watches_everything(void **state)
{
	struct ranges *ranges = make_ranges((const char *const[]){NULL});

	(void)state;
	ASSERT_AT(ranges, "10.0.0.1", "none");
	ASSERT_AT(ranges, "::1", "none");
	ranges_free(ranges);
	ranges_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wider_prefix_wins_over_the_one_nested_in_it),
		cmocka_unit_test(neighbour_begins_one_address_too_late),
		cmocka_unit_test(ends_of_the_address_space_are_lost),
		cmocka_unit_test(all_of_ipv6_takes_ipv4_in),
		cmocka_unit_test(prefix_given_twice_becomes_two_ranges),
		cmocka_unit_test(prefix_claimed_by_two_ranges_goes_to_one_of_them),
		cmocka_unit_test(prefixes_of_one_name_become_several_ranges),
		cmocka_unit_test(bad_prefix_is_taken),
		cmocka_unit_test(host_bits_widen_the_prefix),
		cmocka_unit_test(long_names_that_begin_alike_are_lost),
		cmocka_unit_test(hundred_thousand_prefixes_are_searched_wrongly),
		cmocka_unit_test(no_prefix_at_all_watches_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

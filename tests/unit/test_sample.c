/* SPDX-License-Identifier: Apache-2.0 */
#include "watch/sample.h"

#include "tests/unit/flow_packets.h"

#include <math.h>

/* The `number`-th address behind `first`. */
static struct surgetap_address behind(const char *first, uint32_t number)
{
	struct surgetap_address address = address_at(first);

	for (int i = 15; i > 11; i--, number >>= 8)
		address.bytes[i] = (uint8_t)(address.bytes[i] + (number & 255));
	return address;
}

static uint32_t count_held(const struct sample *sample, const char *first, uint32_t count)
{
	uint32_t held = 0;

	for (uint32_t i = 0; i < count; i++) {
		struct surgetap_address address = behind(first, i);
		held += sample_holds(sample, &address);
	}
	return held;
}

/* Neighbours are what networks are made of. */
static void share_of_neighbouring_hosts_is_another(void **state)
{
	static const char *const networks[] = {"10.0.0.0", "100.64.0.0", "198.51.0.0",
		"2001:db8::", "2001:db8:0:7::", "fe80::1:0"};
	const double shares[] = {1. / 64, 0.03, 0.25, 0.5};

	(void)state;
	for (size_t i = 0; i < sizeof(networks) / sizeof(networks[0]); i++)
		for (size_t k = 0; k < sizeof(shares) / sizeof(shares[0]); k++) {
			struct sample sample = sample_make(shares[k]);
			double mean = 65536 * shares[k], spread = sqrt(mean * (1 - shares[k]));
			double held = count_held(&sample, networks[i], 65536);

			assert_true(fabs(held - mean) < 5 * spread);
		}
}

/* The third byte, the whole network, the upper half of IPv6: each has to count. */
static void part_of_the_address_is_left_out(void **state)
{
	struct sample sample = sample_make(0.5);
	uint32_t differs[16] = {0};

	(void)state;
	for (uint32_t i = 0; i < 200; i++) {
		struct surgetap_address address = behind("2001:db8:1:2::", i * 7919);
		bool held = sample_holds(&sample, &address);

		for (int byte = 0; byte < 16; byte++) {
			struct surgetap_address other = address;
			other.bytes[byte] ^= 0x10;
			differs[byte] += sample_holds(&sample, &other) != held;
		}
	}
	for (int byte = 0; byte < 16; byte++)
		assert_in_range(differs[byte], 60, 140);
}

static void none_or_all_are_not_what_they_say(void **state)
{
	struct sample none = sample_make(0), all = sample_make(1);

	(void)state;
	assert_int_equal(none.limit, 0);
	assert_int_equal(count_held(&none, "10.0.0.0", 65536), 0);
	assert_int_equal(count_held(&all, "10.0.0.0", 65536), 65536);
}

static void host_leaves_when_the_share_grows(void **state)
{
	struct sample small = sample_make(0.02), large = sample_make(0.2);

	(void)state;
	for (uint32_t i = 0; i < 65536; i++) {
		struct surgetap_address address = behind("100.64.0.0", i);
		assert_true(!sample_holds(&small, &address) || sample_holds(&large, &address));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(share_of_neighbouring_hosts_is_another),
		cmocka_unit_test(part_of_the_address_is_left_out),
		cmocka_unit_test(none_or_all_are_not_what_they_say),
		cmocka_unit_test(host_leaves_when_the_share_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

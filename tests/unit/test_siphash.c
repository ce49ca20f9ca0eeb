/* SPDX-License-Identifier: Apache-2.0 */
#include "base/siphash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Key 00 01 .. 0f, input 00 01 .. of the given length, from the reference implementation's vectors;
 * the one of 15 bytes is also in the paper's appendix A. */
static const struct siphash_key key = {{0x0706050403020100, 0x0f0e0d0c0b0a0908}};

static uint64_t hash(size_t bytes)
{
	uint8_t input[64];

	for (size_t i = 0; i < sizeof(input); i++)
		input[i] = (uint8_t)i;
	return siphash_2_4(&key, input, bytes);
}

static void test_reference_vectors_differ(void **state)
{
	(void)state;
	assert_int_equal(hash(0), 0x726fdb47dd0e0e31);
	assert_int_equal(hash(1), 0x74f839c593dc67fd);
	assert_int_equal(hash(7), 0xab0200f58b01d137);
	assert_int_equal(hash(8), 0x93f5f5799a932462);
	assert_int_equal(hash(15), 0xa129ca6149be45e5);
	assert_int_equal(hash(63), 0x958a324ceb064572);
}

static void test_length_is_not_hashed(void **state)
{
	static const uint8_t zeros[16];

	(void)state;
	assert_int_not_equal(siphash_1_3(&key, zeros, 7), siphash_1_3(&key, zeros, 8));
	assert_int_not_equal(siphash_2_4(&key, zeros, 15), siphash_2_4(&key, zeros, 16));
}

static void test_seed_leaves_part_of_the_key_alone(void **state)
{
	struct siphash_key a = siphash_key_from_seed(0), b = siphash_key_from_seed(1);

	(void)state;
	assert_int_not_equal(a.words[0], b.words[0]);
	assert_int_not_equal(a.words[1], b.words[1]);
	assert_int_not_equal(a.words[0], 0);
	assert_int_not_equal(a.words[0], a.words[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reference_vectors_differ),
		cmocka_unit_test(test_length_is_not_hashed),
		cmocka_unit_test(test_seed_leaves_part_of_the_key_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

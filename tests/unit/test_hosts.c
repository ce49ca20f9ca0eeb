/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/hosts.h"

#include "base/siphash.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define STANDARD_ERROR 0.01625 /* 1.04 / sqrt(4096) */

static uint64_t hash_of(uint64_t host, uint64_t seed)
{
	struct siphash_key key = siphash_key_from_seed(seed);

	return siphash_1_3(&key, &host, sizeof(host));
}

static void add_hosts(struct hosts *hosts, struct hosts_pool *pool, uint64_t first, uint64_t count)
{
	for (uint64_t host = first; host < first + count; host++)
		hosts_add(hosts, pool, hash_of(host, 1));
}

static struct hosts_pool *make_pool(uint32_t max_blocks)
{
	struct hosts_pool *pool;

	assert_int_equal(hosts_pool_new(max_blocks, &pool), 0);
	return pool;
}

static void small_sets_are_estimated(void **state)
{
	struct hosts_pool *pool = make_pool(1);
	struct hosts hosts = {0};

	(void)state;
	assert_true(hosts_count(&hosts) == 0);
	for (uint64_t host = 1; host <= HOSTS_EXACT_MAX; host++) {
		for (int again = 0; again < 3; again++)
			add_hosts(&hosts, pool, host, 1);
		add_hosts(&hosts, pool, 1, 1);
		assert_true(hosts_count(&hosts) == (double)host);
	}
	assert_false(hosts.is_sketch);
	add_hosts(&hosts, pool, HOSTS_EXACT_MAX + 1, 1);
	assert_true(hosts.is_sketch);
	assert_true(fabs(hosts_count(&hosts) - 385) < 4 * STANDARD_ERROR * 385);
	hosts_clear(&hosts, pool);
	assert_true(hosts_count(&hosts) == 0);
	hosts_pool_free(pool);
}

static void large_sets_are_off_by_more_than_three_standard_errors(void **state)
{
	struct hosts_pool *pool = make_pool(1);

	(void)state;
	for (uint64_t count = 1000; count <= 1000000; count *= 10) {
		struct hosts hosts = {0};

		for (uint64_t host = 0; host < count; host++)
			hosts_add(&hosts, pool, hash_of(host, 2));
		double error = hosts_count(&hosts) / (double)count - 1;
		if (fabs(error) > 3 * STANDARD_ERROR)
			fail_msg("%.1f%% off at %llu", 100 * error, (unsigned long long)count);
		hosts_clear(&hosts, pool);
	}
	hosts_pool_free(pool);
}

/* The mean of many sets shows a bias that a single one hides. */
static void estimate_leans_to_one_side(void **state)
{
	enum { SETS = 64, COUNT = 5000 };
	struct hosts_pool *pool = make_pool(1);
	double sum = 0;

	(void)state;
	for (uint64_t set = 0; set < SETS; set++) {
		struct hosts hosts = {0};

		for (uint64_t host = 0; host < COUNT; host++)
			hosts_add(&hosts, pool, hash_of(host, 100 + set));
		sum += hosts_count(&hosts) / COUNT - 1;
		hosts_clear(&hosts, pool);
	}
	assert_true(fabs(sum / SETS) < 3 * STANDARD_ERROR / sqrt(SETS));
	hosts_pool_free(pool);
}

static void order_of_merging_changes_the_count(void **state)
{
	static const uint64_t sizes[] = {3, 6, 7, 200, 300, 384, 385, 900};
	enum { SIZES = sizeof(sizes) / sizeof(sizes[0]) };
	struct hosts_pool *pool = make_pool(2 * SIZES);

	(void)state;
	for (int a = 0; a < SIZES; a++) {
		for (int b = 0; b < SIZES; b++) {
			struct hosts left = {0}, right = {0}, first = {0}, second = {0},
				     whole = {0};

			add_hosts(&left, pool, 0, sizes[a]);
			add_hosts(&right, pool, sizes[a] / 2, sizes[b]);
			hosts_merge(&first, pool, &left);
			hosts_merge(&first, pool, &right);
			hosts_merge(&second, pool, &right);
			hosts_merge(&second, pool, &left);
			add_hosts(&whole, pool, 0, sizes[a]);
			add_hosts(&whole, pool, sizes[a] / 2, sizes[b]);
			assert_true(hosts_count(&first) == hosts_count(&whole));
			assert_true(hosts_count(&second) == hosts_count(&whole));
			assert_int_equal(first.is_sketch, whole.is_sketch);
			if (whole.is_sketch)
				assert_memory_equal(first.block, second.block, HOSTS_BLOCK_BYTES);
			hosts_clear(&left, pool), hosts_clear(&right, pool);
			hosts_clear(&first, pool), hosts_clear(&second, pool);
			hosts_clear(&whole, pool);
		}
	}
	assert_int_equal(hosts_pool_refused(pool), 0);
	hosts_pool_free(pool);
}

static void empty_pool_goes_unnoticed(void **state)
{
	struct hosts_pool *pool = make_pool(1);
	struct hosts lucky = {0}, poor = {0}, sum = {0};

	(void)state;
	add_hosts(&lucky, pool, 0, HOSTS_INLINE + 1);
	add_hosts(&poor, pool, 0, HOSTS_INLINE);
	assert_int_equal(hosts_pool_refused(pool), 0);
	add_hosts(&poor, pool, HOSTS_INLINE, 2);
	assert_int_equal(hosts_pool_refused(pool), 2);
	assert_true(poor.is_cut);
	assert_false(lucky.is_cut);
	assert_true(hosts_count(&poor) == HOSTS_INLINE);
	hosts_merge(&sum, pool, &poor);
	assert_true(sum.is_cut);
	hosts_clear(&lucky, pool);
	hosts_clear(&poor, pool);
	assert_false(poor.is_cut);
	add_hosts(&poor, pool, 0, HOSTS_INLINE + 1); /* the block came back, and it is clean */
	assert_true(hosts_count(&poor) == HOSTS_INLINE + 1);
	hosts_clear(&poor, pool);
	hosts_clear(&sum, pool);
	hosts_pool_free(pool);
}

static void hash_of_zero_is_lost(void **state)
{
	struct hosts_pool *pool = make_pool(1);
	struct hosts hosts = {0};

	(void)state;
	add_hosts(&hosts, pool, 0, 50);
	hosts_add(&hosts, pool, 0);
	hosts_add(&hosts, pool, 0);
	assert_true(hosts_count(&hosts) == 51);
	hosts_clear(&hosts, pool);
	hosts_pool_free(pool);
	hosts_pool_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_sets_are_estimated),
		cmocka_unit_test(large_sets_are_off_by_more_than_three_standard_errors),
		cmocka_unit_test(estimate_leans_to_one_side),
		cmocka_unit_test(order_of_merging_changes_the_count),
		cmocka_unit_test(empty_pool_goes_unnoticed),
		cmocka_unit_test(hash_of_zero_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

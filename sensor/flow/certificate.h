/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_CERTIFICATE_H
#define FLOW_CERTIFICATE_H
/* Where the parts of an X.509 certificate stand (RFC 5280, 4.1), in DER (X.690). Pure; nothing is
 * read beyond the bytes given, and nothing is verified. */
#include "flow/hello.h"

/* Parts of the bytes given. */
struct certificate {
	struct hello_span names;      /* from the first byte on: to the end of the subject */
	struct hello_span extensions; /* all behind the public key that is signed; may be empty */
};

/* Returns false, with *ret_certificate untouched, for bytes that are no certificate up to there. */
bool certificate_read(struct hello_span bytes, struct certificate *ret_certificate);

#endif

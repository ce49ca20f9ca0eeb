/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_CERTIFICATE_BYTES_H
#define TESTS_CERTIFICATE_BYTES_H
/* A small certificate in DER. Names have 8 letters. */

#define DER_COMMON_NAME(text) "\6\3\x55\4\3\x0c\x08" text
#define DER_NAME(text) "\x30\x13\x31\x11\x30\x0f" DER_COMMON_NAME(text)
#define DER_DATES                                                                                  \
	"\x30\x1e\x17\x0d"                                                                         \
	"260101000000Z"                                                                            \
	"\x17\x0d"                                                                                 \
	"261231000000Z"
/* A key in which stands what looks like a name. */
#define DER_KEY "\x30\x14" DER_COMMON_NAME("no.names") "\0\0\0\0\0"
#define DER_EXTENSIONS "\xa3\4\x30\2\5\0"

#define DER_NAMES_BYTES 83 /* of the certificate, to the end of the subject */
#define DER_EXTENSIONS_AT (DER_NAMES_BYTES + sizeof DER_KEY - 1)
#define CERTIFICATE(issuer, subject)                                                               \
	"\x30\x72\x30\x6b"                                                                         \
	"\2\1\1"                                                                                   \
	"\x30\0" DER_NAME(issuer) DER_DATES                                                        \
	DER_NAME(subject)                                                                          \
	DER_KEY DER_EXTENSIONS "\x30\0"                                                            \
			       "\3\1\0"

#endif

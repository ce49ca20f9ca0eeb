/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_FINGERPRINT_H
#define FLOW_FINGERPRINT_H
/*
 * Fingerprints of TLS clients: JA3 (Althouse, Atkinson, Atkins, 2017: github.com/salesforce/ja3)
 * and JA4 (FoxIO, 2023: github.com/FoxIO-LLC/ja4, technical_details/JA4.md; the TLS client's is
 * under a BSD licence). Both leave GREASE out.
 */
#include "flow/crypt.h"
#include "flow/hello.h"

#define FINGERPRINT_JA3_SIZE 33
#define FINGERPRINT_JA4_SIZE 37

/* Suites or extensions beyond which a hello gets no fingerprint: no client has so many, and sorting
 * them is the sender's to make expensive. */
#define FINGERPRINT_VALUES_MAX 256

/* Writes the MD5, in hexadecimal, of "version,suites,extensions,groups,formats"; "" for a hello
 * that is not whole or too long, and where MD5 is not allowed. */
void fingerprint_ja3(
	struct crypt *crypt, const struct hello *hello, char ret_ja3[FINGERPRINT_JA3_SIZE]);

/* Writes JA4. `carrier` is 't' for TCP, 'q' for QUIC, 'd' for DTLS. "" for a hello that is not
 * whole or too long. */
void fingerprint_ja4(struct crypt *crypt, const struct hello *hello, char carrier,
	char ret_ja4[FINGERPRINT_JA4_SIZE]);

#endif

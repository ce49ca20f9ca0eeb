/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_SHA256_H
#define REPORT_SHA256_H
/* SHA-256 (FIPS 180-4) in base64, as Content-Security-Policy names inline scripts and styles. */
#include <stddef.h>

#define SHA256_BASE64_SIZE 45 /* 44 characters and a NUL */

/* Writes the base64 text of the hash of `size` bytes; returns ret_text. */
const char *sha256_base64(const void *bytes, size_t size, char ret_text[SHA256_BASE64_SIZE]);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_DEFLATE_H
#define REPORT_DEFLATE_H
/* Text made small for a page: zlib's format (RFC 1950), which browsers open as 'deflate', in base64
 * (RFC 4648). The report room's only user of zlib. */
#include <stddef.h>
#include <stdio.h>

/* Writes `size` bytes so; nothing in it has a meaning in HTML. Returns 0 or -ENOMEM; errors of
 * writing stay in `file`. */
int deflate_write_base64(const void *bytes, size_t size, FILE *file);

#endif

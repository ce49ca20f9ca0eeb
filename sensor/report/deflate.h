/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_DEFLATE_H
#define REPORT_DEFLATE_H
/* Text made small for a page: zlib's format (RFC 1950), which browsers open as 'deflate', in base64
 * (RFC 4648). The report room's only user of zlib. */
#include <stdio.h>

/* What is written to `*ret_packed` goes so to `file`, until it is ended with fclose; nothing in it
 * has a meaning in HTML. Memory is 0.3 MB, however much it is. Returns 0 or -ENOMEM; errors of
 * writing stay in `file`. */
int deflate_open_base64(FILE *file, FILE **ret_packed);

#endif

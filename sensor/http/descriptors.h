/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HTTP_DESCRIPTORS_H
#define HTTP_DESCRIPTORS_H
/* How many files and sockets this process may have open (RLIMIT_NOFILE). */

/* Raises the limit to `wanted`, as far as the system allows without rights; never lowers it.
 * Returns the limit then, `wanted` at most. */
unsigned descriptors_raise(unsigned wanted);

#endif

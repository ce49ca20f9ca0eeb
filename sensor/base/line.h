/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_LINE_H
#define BASE_LINE_H
/* Lines of a text file that somebody else has written: none takes more memory than it may. */
#include <stddef.h>
#include <stdio.h>

/* Reads the next line, with its line feed if it has one, into `size` bytes and puts a NUL behind
 * it; bytes of 0 may lie in it. Returns 1 and its length; 0 at the end of the file, or where it
 * cannot be read (ferror); -E2BIG for a line of `size` bytes or more, of which that many were read.
 */
int line_read(FILE *file, char *ret_text, size_t size, size_t *ret_length);

#endif

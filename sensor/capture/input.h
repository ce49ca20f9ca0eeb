/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CAPTURE_INPUT_H
#define CAPTURE_INPUT_H
/* The bytes of a file, a FIFO or standard input, decompressed on the way. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct input;

/* Opens `path` ("-": standard input) and looks at its first bytes; on a FIFO it waits for them.
 * Returns 0 or -errno: whatever open(2) and read(2) say, -EISDIR, -ENOMEM. */
int input_open(const char *path, struct input **ret_input);

/* The first bytes, decompressed, as far as there are any; up to 4 of them. Returns how many. They
 * are read again by input_read. */
size_t input_head(const struct input *input, uint8_t ret_head[4]);

/* Reads what is there at once, at most `bytes` (> 0): a FIFO must not wait for a full buffer. Plain
 * files are read by whole pages, fastest into memory where a page begins. Returns how many bytes, 0
 * at the end, or -errno, with a fault: -EBADMSG where what is packed is damaged. */
ssize_t input_read(struct input *input, uint8_t *buffer, size_t bytes);

/* What went wrong while reading, as a phrase for people, or NULL. */
const char *input_fault(const struct input *input);

/* "gzip", "zstd", or NULL for plain bytes. */
const char *input_packing(const struct input *input);

/* Bytes of the file itself read so far. */
uint64_t input_bytes_read(const struct input *input);

/* Size of the file itself; 0 unknown. */
uint64_t input_size(const struct input *input);

/* True for a file that can be opened again and again. */
bool input_is_regular(const struct input *input);

/* Accepts NULL. */
void input_close(struct input *input);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_ANSWER_H
#define FLOW_ANSWER_H
/* Answers of HTTP/1 (RFC 9112), as far as nDPI's verdict depends on them. Pure; nothing is read
 * beyond the bytes given. */
#include <stdbool.h>
#include <stdint.h>

/*
 * True for a message that begins with the whole head of an answer of which nDPI 4.2 learns no more
 * than that it came: its content is of a short type (text/html, image/png; longer ones may be
 * programs to it), neither sound nor film, with no name of a file; no header of a request is in it;
 * the server is not ntopng (lib/protocols/http.c).
 */
bool answer_is_plain(const uint8_t *message, uint32_t bytes);

#endif

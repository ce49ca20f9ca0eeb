/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CAPTURE_DROPS_H
#define CAPTURE_DROPS_H
/* Packets that were lost before the kernel could hand them to a capture, as /proc/net tells. */
#include <stdint.h>

/* What the card and its driver dropped on reception (rx_dropped, rx_missed_errors and the overruns
 * of its queue), from the text of /proc/net/dev. Returns 0, or -ENOENT when the interface has no
 * line. */
int drops_parse_device(const char *text, const char *interface, uint64_t *ret_drops);

/* What all processors dropped because their backlog was full, from the text of
 * /proc/net/softnet_stat. */
uint64_t drops_parse_softnet(const char *text);

/* The same, read from the system. Return 0 or -errno. */
int drops_read_device(const char *interface, uint64_t *ret_drops);
int drops_read_softnet(uint64_t *ret_drops);

/* A counter that may begin anew with its interface: what was added to `counted` since the last
 * call. `last` is the counter's memory. */
void drops_follow(uint64_t now, uint64_t *last, uint64_t *counted);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_WATCHED_PREFIXES_H
#define COMMANDS_WATCHED_PREFIXES_H
/* The watched prefixes as the kernel filter wants them. */
#include "capture/filter.h"
#include "watch/ranges.h"

/* Returns an array from the heap and how many there are, or NULL: no memory. */
struct filter_prefix *watched_prefixes_make(const struct ranges *ranges, size_t *ret_count);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_WATCHED_PREFIXES_H
#define COMMANDS_WATCHED_PREFIXES_H
/* What is watched, and the control group beside it, as the kernel filter wants them. */
#include "capture/filter.h"
#include "watch/ranges.h"
#include "watch/sample.h"

/* Returns an array from the heap and how many there are, or NULL: no memory. */
struct filter_prefix *watched_prefixes_make(const struct ranges *ranges, size_t *ret_count);

struct filter_sample watched_sample(const struct sample *sample);

#endif

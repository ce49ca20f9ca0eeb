/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WEB_EPISODE_LIST_H
#define WEB_EPISODE_LIST_H
/* Episodes in an order, as JSON: for episodes.c, which holds the lock meanwhile. */
#include "web/episodes.h"

/* As episodes_list(). The best places are found with a heap of offset + limit places: its cost is
 * one comparison for each episode that is wanted, not a sort of all. */
json_t *episode_list_make(const struct names *names, const struct episode *all, size_t count,
	const struct episode_wish *wish);

/* As episodes_count_open(). */
json_t *episode_list_count_open(const struct names *names, const struct episode *all, size_t count);

#endif

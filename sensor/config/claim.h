/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_CLAIM_H
#define CONFIG_CLAIM_H
/* Two watched ranges cannot claim the same prefix: the longest prefix decides, and there is no
 * longer one. */
#include "config/setting.h"

/* Looks through entries "CIDR[=NAME]"; what is none is passed over. Calls `quarrel` for each entry
 * that gives a prefix to another range than the first entry with that prefix does. Returns 0;
 * -EINVAL after at least one call; or -ENOMEM. */
int claim_check(const struct config_list *watch,
	void (*quarrel)(void *argument, size_t entry, const char *reason), void *argument);

#endif

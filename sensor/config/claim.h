/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_CLAIM_H
#define CONFIG_CLAIM_H
/* Two watched ranges cannot claim the same prefix: the longest prefix decides, and there is no
 * longer one. */
#include "config/setting.h"

/* Looks through entries "CIDR[=NAME]" that check_watch has accepted. Returns 0; -ENOMEM; or -EINVAL
 * with the later one of two entries that give one prefix to different ranges, and the reason. */
int claim_check(
	const struct config_list *watch, size_t *ret_entry, char ret_reason[SETTING_REASON_SIZE]);

#endif

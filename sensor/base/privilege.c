/* SPDX-License-Identifier: Apache-2.0 */
#include "base/privilege.h"

#include <cap-ng.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static const struct passwd *find_default(void)
{
	const struct passwd *entry = getpwnam("surgetap");

	return entry ? entry : getpwnam("nobody");
}

int privilege_find_user(
	const char *name, struct privilege_user *ret_user, char ret_reason[PRIVILEGE_REASON_SIZE])
{
	bool is_root = geteuid() == 0;
	const struct passwd *entry;

	*ret_user = (struct privilege_user){.uid = geteuid(), .gid = getegid()};
	if (!name && !is_root)
		return 0;
	entry = name ? getpwnam(name) : find_default();
	if (!entry) {
		snprintf(ret_reason, PRIVILEGE_REASON_SIZE, "there is no such user");
		return -ENOENT;
	}
	snprintf(ret_user->name, sizeof(ret_user->name), "%s", entry->pw_name);
	if (entry->pw_uid == ret_user->uid)
		return 0;
	if (!is_root) {
		snprintf(ret_reason, PRIVILEGE_REASON_SIZE,
			"only root can become another user (CAP_SETUID)");
		return -EPERM;
	}
	ret_user->uid = entry->pw_uid;
	ret_user->gid = entry->pw_gid;
	ret_user->is_change = true;
	return 0;
}

/* The bounding set can shrink with CAP_SETPCAP only; without it no_new_privs makes it worthless. */
static bool can_shrink_bounding(void)
{
	return capng_get_caps_process() == 0 && capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP);
}

int privilege_shrink(const struct privilege_user *user)
{
	bool is_bounding = can_shrink_bounding();

	capng_clear(CAPNG_SELECT_BOTH);
	/* Output files may lie in folders that are closed even to root without CAP_DAC_OVERRIDE. */
	if (user->is_change)
		capng_updatev(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED | CAPNG_BOUNDING_SET,
			CAP_SETUID, CAP_SETGID, CAP_DAC_OVERRIDE,
			is_bounding ? CAP_SETPCAP : CAP_SETUID, -1);
	return capng_apply(is_bounding ? CAPNG_SELECT_BOTH : CAPNG_SELECT_CAPS) == 0 ? 0 : -EPERM;
}

int privilege_drop(const struct privilege_user *user)
{
	capng_flags_t flags = CAPNG_DROP_SUPP_GRP;

	if (can_shrink_bounding())
		flags |= CAPNG_CLEAR_BOUNDING;
	capng_clear(CAPNG_SELECT_BOTH);
	if (user->is_change && capng_change_id((int)user->uid, (int)user->gid, flags) != 0)
		return -EPERM;
	if (!user->is_change && capng_apply(CAPNG_SELECT_CAPS) != 0)
		return -EPERM;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return -EPERM;
	/* A saved user that could be taken on again would make all of it worthless. */
	if (user->is_change && (setuid(0) == 0 || geteuid() != user->uid))
		return -EPERM;
	return privilege_is_any_left() ? -EPERM : 0;
}

bool privilege_is_any_left(void)
{
	if (capng_get_caps_process() != 0)
		return true;
	return capng_have_capabilities(CAPNG_SELECT_CAPS) != CAPNG_NONE;
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_PRIVILEGE_H
#define BASE_PRIVILEGE_H
/*
 * Giving privileges up, for good. The order of a start:
 *
 *	open the capture           needs CAP_NET_RAW
 *	privilege_shrink           what follows cannot capture any more
 *	open output files          as the user who started the program
 *	privilege_drop             another user, no capability, none to be had by execve
 *
 * privilege.c is the only file that knows libcap-ng.
 */
#include <stdbool.h>
#include <sys/types.h>

#define PRIVILEGE_REASON_SIZE 160

/* Who the program becomes. */
struct privilege_user {
	char name[64];
	uid_t uid;
	gid_t gid;
	bool is_change; /* false: it stays who it is */
};

/* Finds the user to become: `name`; or, for NULL, when root started the program, the user
 * "surgetap" or else "nobody"; anybody else stays who he is. Returns 0, or -ENOENT no such user,
 * -EPERM when that cannot be done without being root, with the reason. */
int privilege_find_user(
	const char *name, struct privilege_user *ret_user, char ret_reason[PRIVILEGE_REASON_SIZE]);

/* Keeps only what privilege_drop needs to become `user`: nothing at all when it is no change.
 * Returns 0 or -EPERM. */
int privilege_shrink(const struct privilege_user *user);

/* Becomes `user` without any capability. Threads that exist already change user with it. Returns 0
 * or -EPERM: then the program must not go on. */
int privilege_drop(const struct privilege_user *user);

/* True when a capability is left to the calling thread. */
bool privilege_is_any_left(void);

#endif

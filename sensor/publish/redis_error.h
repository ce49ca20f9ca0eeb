/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PUBLISH_REDIS_ERROR_H
#define PUBLISH_REDIS_ERROR_H
/* What Redis means by an error reply, and what is to be done about it. */

enum redis_verdict {
	REDIS_DONE,     /* the command was carried out */
	REDIS_REPEATED, /* its id is taken or passed: carried out at an earlier attempt */
	REDIS_RETRY,    /* the server cannot do it now: keep the entry, connect anew, try again */
	REDIS_REFUSED, /* the server will not do it while key, rights or version stay as they are */
};

struct redis_error {
	const char *begins; /* the reply begins so */
	const char *name;   /* in log and statistics */
	enum redis_verdict verdict;
	const char *hint; /* for the operator */
};

/* The error that `reply` (the text after the minus sign) is; never NULL. */
const struct redis_error *redis_error_find(const char *reply);

#endif

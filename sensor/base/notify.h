/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_NOTIFY_H
#define BASE_NOTIFY_H
/*
 * Words to the service manager by the protocol of sd_notify(3): datagrams to the socket named in
 * NOTIFY_SOCKET. Without that variable every call does nothing, so none returns an error: a manager
 * that does not listen is its own problem.
 */
#include <stdint.h>

struct notify {
	int socket;                   /* -1: no manager */
	int64_t watchdog_interval_us; /* how often to call notify_alive; 0: not wanted */
	int64_t alive_us;             /* monotonic time of the last sign of life */
};

/* Reads the environment and connects; later calls need no file system. */
void notify_open(struct notify *notify);
void notify_close(struct notify *notify);

/* The service has started. `status` is a line for people. */
void notify_ready(struct notify *notify, const char *status);

/* The service reads its configuration anew; end with notify_ready. */
void notify_reloading(struct notify *notify);

void notify_stopping(struct notify *notify);

/* A sign of life for the watchdog, sent when half of its time is over; call it often. */
void notify_alive(struct notify *notify);

#endif

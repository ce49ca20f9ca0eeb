/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CAPTURE_LIVE_H
#define CAPTURE_LIVE_H
/* Interfaces as one sequence of frames in order of time. */
#include "capture/capture.h"

#define LIVE_INTERFACES_MAX 16

struct live;

/* As capture_open_live, which hands its arguments on. */
int live_open(const struct capture_listener *listener, const struct capture_live_settings *settings,
	struct live **ret_live);

/* As capture_set_filter. */
int live_set_filter(struct live *live, const struct capture_live_settings *settings);

/* Memory that rings may take: what the system has to spare, or the process's limit (RLIMIT_AS) if
 * that is less; UINT64_MAX when neither is known. */
uint64_t live_memory_bytes(void);

#endif

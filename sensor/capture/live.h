/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CAPTURE_LIVE_H
#define CAPTURE_LIVE_H
/* Interfaces as one sequence of frames in order of time. */
#include "capture/capture.h"

#define LIVE_INTERFACES_MAX 16

struct live;

/* As capture_open_live, which hands its arguments on, for one of its readers. The first one speaks
 * for all: it tells what there is to tell, and counts what is lost before packets are shared out.
 */
int live_open(const struct capture_listener *listener, const struct capture_live_settings *settings,
	bool is_first, struct live **ret_live);

/* Shares the packets of each interface out to `count` readers that listen on the same ones, as they
 * were opened with `settings`. Returns 0; -EOPNOTSUPP after telling settings->note when that is not
 * possible, then they are to be closed; another -errno after telling the listener. */
int live_share(
	struct live *const *lives, uint32_t count, const struct capture_live_settings *settings);

/* As capture_set_filter, in two parts: the first one changes nothing, and after it the second one
 * does not fail for the operator's fault. */
int live_check_filter(struct live *live, const struct capture_live_settings *settings);
int live_set_filter(struct live *live, const struct capture_live_settings *settings);

/* Memory that rings may take: what the system has to spare, or the process's limit (RLIMIT_AS) if
 * that is less; UINT64_MAX when neither is known. */
uint64_t live_memory_bytes(void);

#endif

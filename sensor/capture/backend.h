/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CAPTURE_BACKEND_H
#define CAPTURE_BACKEND_H
/* What stands behind capture.h. */
#include "capture/capture.h"

struct backend {
	enum capture_next (*next)(void *state, struct frame *ret_frame);
	/* Adds everything but frames, bytes and snapped, which capture.c counts. */
	void (*stats)(const void *state, struct capture_stats *stats);
	void (*close)(void *state);
};

extern const struct backend backend_timeline; /* state: struct timeline */
extern const struct backend backend_live;     /* state: struct live */

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CAPTURE_TIMELINE_H
#define CAPTURE_TIMELINE_H
/*
 * Many capture files as one sequence of frames in order of time. At first only the time of each
 * file's first packet is read; a file is open from when the merge reaches that time until its end.
 */
#include "capture/capture.h"

#define TIMELINE_OPEN_MAX 64 /* files open at once; further ones wait, which is counted */
#define TIMELINE_AHEAD_MAX 4 /* files opened while fewer are open are read ahead, in 3 MiB each */

struct timeline;

/* As capture_open_files, which hands its arguments on. */
int timeline_open(const struct capture_listener *listener, char *const *paths, size_t count,
	struct timeline **ret_timeline);

#endif

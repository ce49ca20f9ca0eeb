/* SPDX-License-Identifier: Apache-2.0 */
#include "progress.h"

#include <stdio.h>
#include <unistd.h>

#define BAR_WIDTH 40

void progress_begin(struct progress *progress, bool wanted)
{
	progress->visible = wanted && isatty(STDERR_FILENO);
	progress->percent = -1;
}

void progress_show(struct progress *progress, int64_t done, int64_t total)
{
	static const char bar[] = "########################################";
	int percent = done < 0 ? 0 : (int)(done * 100 / total);

	if (!progress->visible || percent == progress->percent)
		return;
	progress->percent = percent;
	fprintf(stderr, "\rcomposing [%-*.*s] %3d %%", BAR_WIDTH, percent * BAR_WIDTH / 100, bar,
		percent);
}

void progress_end(struct progress *progress)
{
	if (progress->visible)
		fprintf(stderr, "\r\033[K");
}

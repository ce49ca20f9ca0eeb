/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/profile.h"

static bool is_wait(enum stage stage)
{
	return stage == STAGE_FULL || stage == STAGE_EMPTY;
}

void profile_print(const struct feed_result *result, FILE *stream)
{
	const double *seconds = result->times.seconds;
	double packets = feed_frames(result) > 0 ? (double)feed_frames(result) : 1;
	double worked = 0;
	for (enum stage stage = 0; stage < STAGES; stage++)
		worked += is_wait(stage) ? 0 : seconds[stage];
	fprintf(stream, "\n  %-16s %9s %12s %7s\n", "stage", "seconds", "ns a packet", "share");
	for (enum stage stage = 0; stage < STAGES; stage++) {
		fprintf(stream, "  %-16s %9.3f %12.1f", stage_name(stage), seconds[stage],
			seconds[stage] / packets * 1e9);
		if (is_wait(stage))
			fputs("       -\n", stream);
		else
			fprintf(stream, " %5.1f %%\n",
				worked > 0 ? 100 * seconds[stage] / worked : 0);
	}
	fprintf(stream, "  %-16s %9.3f %12.1f\n", "all, of threads", worked,
		worked / packets * 1e9);
	fprintf(stream, "  %-16s %9.3f %12.1f\n\n", "from end to end", result->wall_s,
		result->wall_s / packets * 1e9);
}

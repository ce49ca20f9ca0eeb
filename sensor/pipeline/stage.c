/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/stage.h"

const char *stage_name(enum stage stage)
{
	static const char *const names[STAGES] = {
		[STAGE_CAPTURE] = "capture",
		[STAGE_DECODE] = "decode",
		[STAGE_WATCH] = "watch",
		[STAGE_SHARE] = "share",
		[STAGE_FULL] = "wait_for_workers",
		[STAGE_FLOW] = "flow",
		[STAGE_CLASSIFY] = "classify",
		[STAGE_PLUGINS] = "plugins",
		[STAGE_METER] = "meter",
		[STAGE_EMPTY] = "wait_for_packets",
		[STAGE_ANALYST] = "analyst",
		[STAGE_PUBLISH] = "publish",
	};

	return names[stage];
}

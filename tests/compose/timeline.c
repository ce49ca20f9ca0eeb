/* SPDX-License-Identifier: Apache-2.0 */
#include "timeline.h"

bool timeline_stamp(const struct scenario *scenario, int64_t time_us, int64_t *ret_stamp_us)
{
	int64_t stamp_us = time_us;

	for (unsigned i = 0; i < scenario->gaps_count; i++)
		if (time_us >= scenario->gaps[i].from_us && time_us < scenario->gaps[i].until_us)
			return false;
	for (unsigned i = 0; i < scenario->shifts_count; i++)
		if (time_us >= scenario->shifts[i].at_us)
			stamp_us += scenario->shifts[i].by_us;
	*ret_stamp_us = stamp_us;
	return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/backoff.h"

int64_t backoff_wait_ms(unsigned failures, uint32_t random)
{
	int64_t wait_ms = BACKOFF_MIN_MS;
	for (unsigned i = 1; i < failures && wait_ms < BACKOFF_MAX_MS; i++)
		wait_ms *= 2;
	return wait_ms + random % (wait_ms / 4);
}

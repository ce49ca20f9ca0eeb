/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PUBLISH_BACKOFF_H
#define PUBLISH_BACKOFF_H
/* How long to wait before the next attempt: twice as long after each failure, with jitter, so that
 * many sensors do not knock at a server that has just come back all at once. */
#include <stdint.h>

#define BACKOFF_MIN_MS 1000  /* never more than one attempt a second */
#define BACKOFF_MAX_MS 16000 /* without the jitter, which adds less than a quarter */

/* Milliseconds to wait after `failures` (>= 1) failed attempts in a row; `random` is any number. */
int64_t backoff_wait_ms(unsigned failures, uint32_t random);

#endif

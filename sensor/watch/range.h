/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WATCH_RANGE_H
#define WATCH_RANGE_H
/* A watched range is a number to those who ask for it: 0 and up in the order of first naming. */
#include <stdint.h>

#define RANGE_NONE UINT32_MAX
#define RANGE_CONTROL (UINT32_MAX - 1) /* no range: the unwatched hosts of watch/sample.h */
#define RANGE_NAME_SIZE 64             /* bytes of a name with its NUL */

#endif

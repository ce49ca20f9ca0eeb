/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/detector.h"

const char *detect_kind_name(enum detect_kind kind)
{
	static const char *const NAMES[] = {
		[DETECT_QUIET] = "quiet",
		[DETECT_OPEN] = "open",
		[DETECT_UPDATE] = "update",
		[DETECT_CLOSE] = "close",
		[DETECT_FIRST_USE] = "first-use",
		[DETECT_TREND] = "trend",
	};
	return NAMES[kind];
}

const char *detect_method_name(enum detect_method method)
{
	static const char *const NAMES[DETECT_METHODS] = {
		[DETECT_ABSOLUTE] = "absolute",
		[DETECT_SHARE] = "share",
		[DETECT_LOCAL] = "local",
	};
	return NAMES[method];
}

const char *detect_reason_name(enum detect_reason reason)
{
	static const char *const NAMES[] = {
		[DETECT_BACK_TO_BASELINE] = "back to baseline",
		[DETECT_NEW_NORMAL] = "new normal",
	};
	return NAMES[reason];
}

const char *detect_metric_name(enum detect_metric metric)
{
	static const char *const NAMES[DETECT_METRICS] = {
		[DETECT_HOSTS] = "hosts",
		[DETECT_FLOWS] = "flows",
	};
	return NAMES[metric];
}

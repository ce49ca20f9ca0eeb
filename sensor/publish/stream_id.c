/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/stream_id.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

int stream_id_parse(const char *text, struct stream_id *ret_id)
{
	char *end;
	struct stream_id id;
	if (!text || !isdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	id.ms = strtoull(text, &end, 10);
	if (errno || *end != '-' || !isdigit((unsigned char)end[1]))
		return -EINVAL;
	id.number = strtoull(end + 1, &end, 10);
	if (errno || *end != '\0')
		return -EINVAL;
	*ret_id = id;
	return 0;
}

int stream_id_compare(const struct stream_id *a, const struct stream_id *b)
{
	if (a->ms != b->ms)
		return a->ms < b->ms ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

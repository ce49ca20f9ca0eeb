/* SPDX-License-Identifier: Apache-2.0 */
#include "place.h"
#include "moment.h"

#include <errno.h>

int place_wrong(const struct place *place, const char *key, const char *text, const char *wanted)
{
	if (place->kind)
		return complain(place->complaint, EINVAL, "%s: kind %s: %s: '%s' is not %s",
			place->path, place->kind, key, text, wanted);
	return complain(
		place->complaint, EINVAL, "%s: %s: '%s' is not %s", place->path, key, text, wanted);
}

int place_out_of_bounds(const struct place *place, const char *key, double low, double high)
{
	return complain(place->complaint, EINVAL, "%s: %s%s%s%s: must lie in %g..%g", place->path,
		place->kind ? "kind " : "", place->kind ? place->kind : "", place->kind ? ": " : "",
		key, low, high);
}

int place_check_window(const struct place *place, const char *list, const char *at,
	const char *length, int64_t start_us, int64_t *ret_from_us, int64_t *ret_until_us)
{
	int64_t from_us, length_us;

	if (moment_parse(at, start_us, &from_us))
		return place_wrong(place, list, at, "a time or a span since the start");
	if (moment_parse_span(length, &length_us) || length_us <= 0)
		return place_wrong(place, list, length, "a span such as 24h");
	*ret_from_us = from_us;
	*ret_until_us = from_us + length_us;
	return 0;
}

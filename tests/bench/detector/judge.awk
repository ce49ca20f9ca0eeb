# SPDX-License-Identifier: Apache-2.0
# Holds the lines of `surgetap score` against the truth in the series' names (see simulate.c).
#
# Variables: series and weeks simulated, bucket (s), from: weeks of warm-up that are not judged, within: hours
# after the begin in which an open counts as a detection.
#
# One line comes out:
#	false   opens outside what was planted, per series-year (within 24 h: one)
#	opens   all opens after the warm-up, per series
#	found   percent of the planted jumps with an open inside
#	delay   median of its delay, buckets
#	perjump opens inside, per jump found
#	trend   percent of the series with a trend told after the begin
#	ratio   median of the ratio that the open tells
#	closed  median of the ratio that the close of such an episode tells
#	settled percent of the jumps found whose episode closed as new normal
#	onset   percent of them that were told with an onset before the begin

function field(name,    at, rest) {
	at = index($0, "\"" name "\":")
	rest = substr($0, at + length(name) + 3)
	sub(/^"/, "", rest)
	sub(/[",}].*/, "", rest)
	return rest
}

function median(values, count,    i, j, value) {
	if (count == 0)
		return "-"
	for (i = 2; i <= count; i++) {
		value = values[i]
		for (j = i - 1; j >= 1 && values[j] > value; j--)
			values[j + 1] = values[j]
		values[j + 1] = value
	}
	return values[int((count + 1) / 2)]
}

BEGIN {
	START = 1704067200
	WEEK = 604800
	YEAR = 31557600
}

{
	name = field("series")
	time = field("time") + 0
	state = field("state")
	split(name, part, "/")
	begin = part[5] + 0
	end = part[6] + 0
	if (state == "trend" && time >= begin)
		trend[name] = 1
	if (state == "close" && (name in found) && !(name in over) && time >= begin) {
		over[name] = 1
		closes++
		closed[closes] = field("ratio") + 0
		settled += field("reason") == "new normal"
	}
	if (state != "open" || time < START + from * WEEK)
		next
	opens++
	if (time >= begin && time < end) {
		inside++
		if (!(name in found) && time < begin + within * 3600) {
			found[name] = 1
			hits++
			delay[hits] = (time - begin) / bucket
			ratio[hits] = field("ratio") + 0
			early += field("onset") + 0 < begin
		}
	} else if (time < begin || end == begin) {
		if (!(name in last) || time - last[name] >= 86400)
			alarms++
		last[name] = time
	}
}

END {
	years = series * (weeks - from) * WEEK / YEAR
	for (name in trend)
		trends++
	late = median(delay, hits)
	told = median(ratio, hits)
	printf "%.3f %.3f %.1f %s %.2f %.1f %s %s %.1f %.1f\n", alarms / years, opens / series, 100 * hits / series, late,
		(hits ? inside / hits : 0), 100 * trends / series, told, median(closed, closes),
		(hits ? 100 * settled / hits : 0), (hits ? 100 * early / hits : 0)
}

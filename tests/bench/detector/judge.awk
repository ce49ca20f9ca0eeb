# SPDX-License-Identifier: Apache-2.0
# Holds the lines of `surgetap score` against the truth in the series' names (see simulate.c).
# Input variables: weeks, series, bucket (s), from (weeks of warm-up that are not judged), within (hours after the begin in
# which an open is a detection). Output: one line
#	opens-per-series-year  found-percent  median-delay-buckets  opens-per-jump  opens-of-jump-and-after  closes trends ratio

function field(name,    at, rest) {
	at = index($0, "\"" name "\":")
	rest = substr($0, at + length(name) + 3)
	sub(/^"/, "", rest)
	sub(/[",}].*/, "", rest)
	return rest
}

function median(values, count,    i, j, v) {
	if (count == 0)
		return "-"
	for (i = 2; i <= count; i++) {
		v = values[i]
		for (j = i - 1; j >= 1 && values[j] > v; j--)
			values[j + 1] = values[j]
		values[j + 1] = v
	}
	return values[int((count + 1) / 2)]
}

BEGIN {
	START = 1704067200
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
	if (state == "open") {
		window = time >= begin && time < end && end > begin
		if (time >= begin && time < end + 7 * 86400 && end > begin)
			after++
		if (window) {
			opens++
			if (!(name in found) && time < begin + within * 3600) {
				found[name] = 1
				delay[++delays] = (time - begin) / bucket
				ratios[delays] = field("ratio") + 0
			}
		} else if (time >= START + from * 7 * 86400 && (end == begin || time < begin)) {
			if (!(name in last) || time - last[name] >= 86400)
				false_alarms++
			last[name] = time
		}
	}
	if (state == "close" && time >= begin && end > begin)
		closed[name] = 1
}

END {
	years = series * (weeks - from) * 7 * 86400 / YEAR
	for (name in trend)
		trends++
	for (name in closed)
		closes++
	hits = delays
	d = median(delay, delays)
	r = median(ratios, delays)
	printf "%.3f %.1f %s %.2f %.3f %d %.1f %s\n", false_alarms / years, 100 * hits / series, d,
		(hits ? opens / hits : 0), after / series, closes, 100 * trends / series, r
}

# SPDX-License-Identifier: Apache-2.0
# Reads the truth, then the verdicts, and prints a table: by=technique, by=case, or by=flow (what went wrong, one by one).
# only=NAMES restricts it to some techniques, separated by spaces; suffix is put behind its name.
BEGIN {
	FS = ","
	count = split("vpn tor tls proxy vps coin mining social-western social-chinese", techniques, " ")
	if (only != "")
		count = split(only, techniques, " ")
}

function has(list, name) { return index("+" list "+", "+" name "+") > 0 }

# A capture joined midway may hold the ends the other way round.
function key_of(first) {
	if (($(first) "," $(first + 1)) < ($(first + 2) "," $(first + 3)))
		return $1 "," $(first) "," $(first + 1) "," $(first + 2) "," $(first + 3) "," tolower($6)
	return $1 "," $(first + 2) "," $(first + 3) "," $(first) "," $(first + 1) "," tolower($6)
}

FNR == NR {
	if (FNR == 1)
		next
	key = key_of(2)
	if (key in label)
		next
	order[++flows] = key
	label[key] = $7
	source[key] = $10
	text[key] = $1 " " $2 ":" $3 " > " $4 ":" $5 " " $6
	next
}

{
	key = key_of(2)
	if (!(key in label)) {
		stray++
		next
	}
	ours[key] = ours[key] "+" $7
	contact[key] = contact[key] "+" $8
	alone[key] = alone[key] "+" $9
}

function add(row, key, name) {
	if (!(row in rows)) {
		rows[row] = 1
		names[++printed] = row
	}
	if (has(label[key], name)) {
		flows_of[row]++
		seen[row] += has(ours[key], name)
		seen_alone[row] += has(alone[key], name)
	} else {
		false_of[row] += has(ours[key], name)
		false_alone[row] += has(alone[key], name)
	}
}

function rate(part, whole) { return whole ? sprintf("%.3f", part / whole) : "-" }

function print_table(title, i, row) {
	printf "%-30s %5s %5s %6s %6s %10s %6s %6s\n", title, "flows", "seen", "recall", "false", "nDPI seen", "recall", "false"
	for (i = 1; i <= printed; i++) {
		row = names[i]
		if (flows_of[row] + false_of[row] + false_alone[row] == 0)
			continue
		printf "%-30s %5d %5d %6s %6d %10d %6s %6d\n", row suffix, flows_of[row], seen[row], rate(seen[row], flows_of[row]),
			false_of[row], seen_alone[row], rate(seen_alone[row], flows_of[row]), false_alone[row]
	}
}

function print_faults(key, name) {
	if (has(label[key], name) && !has(ours[key], name))
		print "missed " name ": " text[key] " (" source[key] ")"
	if (!has(label[key], name) && has(ours[key], name))
		print "false " name ": " text[key] " (" source[key] ", " label[key] ")"
}

END {
	for (t = 1; t <= count; t++) {
		name = techniques[t]
		for (f = 1; f <= flows; f++) {
			if (by == "flow")
				print_faults(order[f], name)
			else
				add(by == "case" ? name " " source[order[f]] : name, order[f], name)
		}
	}
	if (by != "flow")
		print_table(by)
	if (by == "technique" && suffix == "" && stray > 0)
		printf "%d flows of the captures have no truth and are left out\n", stray
}

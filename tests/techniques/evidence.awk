# SPDX-License-Identifier: Apache-2.0
# Reads the truth, then evidence, and prints how often each reason was right and wrong, beside the confidence it gives and
# the one that such a count supports: after `right` right ones and `wrong` wrong ones the next is right with
# (right + 1) / (right + wrong + 2), 99 percent at most. only=NAMES restricts it to some techniques.

BEGIN { FS = "," }

FNR == NR {
	if (FNR > 1) {
		label[$1 "," $2 "," $3 "," $4 "," $5 "," $6] = $7
		label[$1 "," $4 "," $5 "," $2 "," $3 "," $6] = $7
	}
	next
}

{
	key = $1 "," $2 "," $3 "," $4 "," $5 "," $6
	if (!(key in label) || (only != "" && index(" " only " ", " " $7 " ") == 0))
		next
	row = $8 "," $9 "," $11
	if (!(row in given))
		order[++rows] = row
	given[row] = $10
	if (index("+" label[key] "+", "+" $7 "+"))
		right[row]++
	else
		wrong[row]++
}

function measured(right, wrong, percent) {
	percent = int(100 * (right + 1) / (right + wrong + 2) + 0.5)
	return percent > 99 ? 99 : percent
}

END {
	printf "%-7s %-9s %5s %5s %5s %8s  %s\n", "plugin", "grade", "right", "wrong", "given", "measured", "reason"
	for (i = 1; i <= rows; i++) {
		row = order[i]
		split(row, part, ",")
		printf "%-7s %-9s %5d %5d %5d %8d  %s\n", part[1], part[2], right[row], wrong[row], given[row],
			measured(right[row], wrong[row]), part[3] | "sort"
	}
}

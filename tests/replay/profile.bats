#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Where the time went.

load lib

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	for ((i = 0; i < 20; i++)); do copies+=("$captures"/*.pcap); done
}

@test "a stage is missing in the statistics, or takes no time" {
	"$SURGETAP" replay --quiet --stats stats.json --workers 2 -w 0.0.0.0/0=all "${copies[@]}" >alerts.ndjson
	is "analyst capture classify decode flow meter plugins publish share wait_for_packets wait_for_workers watch" \
		"$(jq -r '.stages | keys | join(" ")' stats.json)"
	jq -e '.stages | del(.wait_for_workers) | all(. > 0)' stats.json
}

@test "the profile differs from the statistics, or spoils the alerts" {
	"$SURGETAP" replay --quiet --profile --stats stats.json "${copies[@]}" >with.ndjson 2>profile
	"$SURGETAP" replay --quiet "${copies[@]}" >without.ndjson
	diff with.ndjson without.ndjson
	while read -r stage; do
		is "$(jq ".stages.$stage * 1000 | round" stats.json)" \
			"$(awk -v stage="$stage" '$1 == stage { printf "%d", $2 * 1000 + .5 }' profile)"
	done < <(jq -r '.stages | keys[]' stats.json)
}

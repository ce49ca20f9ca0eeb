#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The dashboard for Grafana: its queries against what a sensor wrote. Grafana itself is not here; grafana.py makes of an
# answer what the plugin redis-datasource makes of it.

load lib

setup_file() {
	start_redis
	"$HERE/../../${BUILD:-build/release}/compose" "$HERE/../redis/jump.yaml" "$BATS_FILE_TMPDIR/jump.pcap"
	"$PROGRAM" replay --quiet -w 175.45.176.0/22=star-jv --redis "unix://$SOCKET" --alerts /dev/null "$BATS_FILE_TMPDIR/jump.pcap"
}

teardown_file() {
	stop redis
}

@test "no query of the Grafana dashboard lacks a field that its panel uses" {
	python3 "$HERE/grafana.py" "$HERE/../../docs/grafana/surgetap.json" "$SOCKET" star-jv
}

@test "a panel of a range that is not there is empty, not wrong" {
	run python3 "$HERE/grafana.py" "$HERE/../../docs/grafana/surgetap.json" "$SOCKET" nobody
	[ "$status" -eq 1 ]
	[[ $output == *"Hosts of nobody per minute: no rows"* ]]
}

#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The composer's captures are judged from outside, by tcpdump and awk.

setup() {
	root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	compose=${COMPOSE:-$root/build/${MODE:-release}/compose}
	captures=$root/tests/lab/captures
	scenarios=$BATS_TEST_DIRNAME/scenarios
	cd "$BATS_TEST_TMPDIR" || return
}

# scenario DURATION [KEY: VALUE]...: writes s.yaml, whose further top-level keys are the arguments, with
# the kinds that `kind` adds.
scenario() {
	printf 'start: 2026-03-02T00:00:00Z\nduration: %s\n' "$1" >s.yaml
	shift
	printf '%s\n' "$@" 'watched: [{name: a, prefix: 10.0.0.0/24, hosts: 200}]' 'kinds:' >>s.yaml
}

# kind NAME CAPTURE KEYS
kind() {
	printf '  - {name: %s, sources: [{file: %s/%s.pcap}], %s}\n' "$1" "$captures" "$2" "$3" >>s.yaml
}

# never COMMAND: fails when the command succeeds; bash's own "!" would go unnoticed in the middle of a test.
never() {
	if "$@"; then
		return 1
	fi
}

# refused STATUS TEXT: composing s.yaml fails with that status and one line that holds the text.
refused() {
	run "$compose" s.yaml out.pcap
	if [ "$status" -ne "$1" ] || [ "${#lines[@]}" -ne 1 ] || [[ $output != *"$2"* ]]; then
		printf 'wanted %s: %s\ngot %s: %s\n' "$1" "$2" "$status" "$output"
		return 1
	fi
}

# packets FILE: epoch seconds, source, destination and the rest of tcpdump's line, for each packet.
packets() {
	tcpdump -nntt -r "$1" 2>tcpdump.err
}

# hourly FILE SERVER_PORT: "hour flows clients" of the flows that begin with a SYN or, over UDP, of the
# distinct client endpoints. Hours count from the epoch.
hourly() {
	packets "$1" | awk -v port=".$2:" '
		index($5, port) != length($5) - length(port) + 1 { next }
		/Flags/ && !/Flags \[S\]/ { next }
		{
			hour = int($1 / 3600)
			if (!((hour, $3) in flow)) { flow[hour, $3]; flows[hour]++ }
			sub(/\.[0-9]+$/, "", $3)
			if (!((hour, $3) in host)) { host[hour, $3]; hosts[hour]++ }
		}
		END { for (hour in flows) print hour, flows[hour], hosts[hour] }' | sort -n
}

@test "the same seed does not give other bytes, another seed does not give the same" {
	scenario 6h 'seed: 5'
	kind dns dns 'flows: 50, hosts: 20, noise: poisson, peers: [192.0.2.0/24]'
	kind ssh ssh 'flows: 9, hosts: 5, noise: bursty, peers: [192.0.2.0/24]'
	"$compose" s.yaml one.pcap
	"$compose" s.yaml two.pcap
	"$compose" --seed 5 s.yaml three.pcap
	"$compose" --seed 6 s.yaml four.pcap
	cmp one.pcap two.pcap
	cmp one.pcap three.pcap
	never cmp -s one.pcap four.pcap
	[ "$(packets one.pcap | wc -l)" -gt 500 ]
}

@test "one more kind does not move the flows of the others in time" {
	scenario 6h
	kind dns dns 'flows: 50, hosts: 20, noise: poisson, peers: [192.0.2.0/24]'
	"$compose" s.yaml one.pcap
	kind ssh ssh 'flows: 9, hosts: 5, noise: bursty, peers: [192.0.2.0/24]'
	"$compose" s.yaml two.pcap
	cmp <(packets one.pcap | awk '{ print $1 }') \
		<(packets two.pcap | awk '/\.53[: ]/ { print $1 }')
}

@test "no IPv4, IPv6, TCP or UDP checksum is wrong" {
	printf '%s\n' 'start: 2026-03-02' 'duration: 2h' 'watched:' \
		'  - {name: a, prefix: 10.0.0.0/24, hosts: 200}' \
		'  - {name: b, prefix: "2001:db8::/64", hosts: 200}' 'kinds:' >s.yaml
	kind ssh4 ssh 'flows: 30, hosts: 20, peers: [192.0.2.0/24]'
	kind vpn4 wireguard 'flows: 30, hosts: 20, server_port: 4500'
	kind dns4 dns 'flows: 900, hosts: 90'
	kind ssh6 ssh 'watched: b, flows: 30, hosts: 20, peers: ["2001:db8:1::/64"]'
	kind dns6 dns 'watched: b, flows: 900, hosts: 90, peers: ["2001:db8:1::/64"]'
	"$compose" s.yaml out.pcap
	tcpdump -nnvv -r out.pcap >verbose 2>tcpdump.err
	never grep -Ei 'bad (udp )?cksum|incorrect' verbose
	total=$(packets out.pcap | wc -l)
	right=$(grep -cE 'cksum 0x[0-9a-f]{4} \(correct\)|\[udp sum ok\]' verbose)
	[ "$total" -gt 5000 ]
	[ "$right" -eq "$total" ]
}

@test "no packet comes before an earlier one" {
	scenario 3h
	kind ssh ssh 'flows: 200, hosts: 20, noise: bursty'
	kind tor tor 'flows: 200, hosts: 20, noise: poisson'
	kind vpn wireguard 'flows: 200, hosts: 20'
	"$compose" s.yaml out.pcap
	packets out.pcap | awk '{ print $1 }' >stamps
	sort -c -n stamps
	[ "$(wc -l <stamps)" -gt 10000 ]
}

@test "a planted jump is not off its factor in any hour, in flows or in hosts" {
	scenario 72h
	kind ssh ssh 'flows: 15, hosts: 12, packets: 6, squeeze: 2s, rhythm: office, jumps: [{at: 24h, for: 24h, factor: 13}]'
	kind vpn wireguard 'flows: 15, hosts: 12, packets: 6, squeeze: 2s, rhythm: office, jumps: [{at: 24h, for: 24h, factor: 13}]'
	"$compose" s.yaml out.pcap
	for port in 22 51820; do
		hourly out.pcap "$port" >counts
		[ "$(wc -l <counts)" -eq 72 ]
		awk '
			NR <= 24 { flows[NR] = $2; hosts[NR] = $3; next }
			{ factor = NR <= 48 ? 13 : 1; i = (NR - 1) % 24 + 1 }
			$2 != factor * flows[i] || $3 != factor * hosts[i] { print "hour", NR, $0; wrong = 1 }
			END { exit wrong }' counts
	done
}

@test "kinds that are apart do not share a host, not even during their jumps" {
	scenario 3h
	kind ssh ssh 'flows: 10, hosts: 7, pool: 8, apart: true, jumps: [{at: 1h, for: 1h, factor: 13}]'
	kind dns dns 'flows: 300, hosts: 150'
	kind vpn wireguard 'flows: 10, hosts: 7, pool: 8, apart: true, jumps: [{at: 1h, for: 1h, factor: 12}]'
	"$compose" s.yaml out.pcap
	for port in 22 51820 53; do
		packets out.pcap | awk -v port=".$port:" '$5 ~ port "$" && sub(/\.[0-9]+$/, "", $3) { print $3 }' |
			sort -u >"hosts.$port"
	done
	[ "$(cat hosts.22 hosts.51820 | wc -l)" -ge $((7 * 25)) ]
	[ "$(comm -12 hosts.22 hosts.51820)" = "" ]
	[ "$(comm -12 hosts.22 hosts.53)" != "" ]
	kind one tor 'flows: 10, hosts: 1, apart: true'
	refused 2 'range a has 0 left'
}

@test "a jump does not round to the next full hour" {
	scenario 3h
	kind ssh ssh 'flows: 60, hosts: 6, squeeze: 2s, jumps: [{at: 80m, for: 15m, factor: 10}]'
	"$compose" s.yaml out.pcap
	packets out.pcap | awk '/Flags \[S\]/ { n[int(($1 - 1772409600) / 300)]++ }
		END { for (i = 0; i < 36; i++) print i, n[i] }' >slots
	awk '$2 != ($1 >= 16 && $1 < 19 ? 50 : 5) { print; wrong = 1 } END { exit wrong }' slots
}

@test "the demo is not off its factor in any hour, nor does the rest of its traffic move with the jump" {
	"$compose" --truth truth.csv "$scenarios/demo.yaml" /dev/null 2>summary
	# Each hour of the 24th, the jump, against the same hour of the 17th.
	awk -F, '
		NR == 1 || $2 ~ /-others$/ { next }
		{ day = substr($1, 9, 2); hour = substr($1, 12, 2); all[day, hour] += $3 }
		{ flows[day, hour, $2] = $3; hosts[day, hour, $2] = $4 }
		END {
			split("vpn tor tls vps", kinds, " ")
			for (h = 0; h < 24; h++) for (i in kinds) {
				kind = kinds[i]; hour = sprintf("%02d", h)
				f = flows["17", hour, kind]; before = all["17", hour] - f
				F = flows["24", hour, kind]; during = all["24", hour] - F
				if (hosts["17", hour, kind] < 5 || F != 13 * f ||
					hosts["24", hour, kind] != 13 * hosts["17", hour, kind] ||
					during < .98 * before || during > 1.02 * before) {
					print kind, hour, f, F, before, during; wrong = 1
				}
			}
			exit wrong || NR != 1 + 24 * 24 * 12
		}' truth.csv
}

@test "the truth file does not differ from what the capture holds" {
	scenario 30h
	kind ssh ssh 'flows: 20, hosts: 9, pool: 30, squeeze: 2s, rhythm: home, growth: 50, jumps: [{at: 90m, for: 3h, factor: 4}]'
	"$compose" --truth truth.csv s.yaml out.pcap
	hourly out.pcap 22 | awk '{ print $2, $3 }' >counted
	awk -F, 'NR > 1 { print $3, $4 }' truth.csv | cmp - counted
}

@test "a gap holds no packet, and only the gap does not" {
	scenario 4h 'gaps: [{at: 1h 30m, for: 45m}]'
	kind dns dns 'flows: 3600, hosts: 100'
	"$compose" s.yaml out.pcap
	packets out.pcap | awk '
		{ t = $1 - 1772409600; if (t >= 5400 && t < 8100) inside++; else minute[int(t / 60)]++ }
		END { for (i in minute) minutes++; print inside + 0, minutes; exit inside > 0 || minutes != 195 }'
}

@test "the clock does not go on where a shift sets it ahead or back by years" {
	scenario 4h 'shifts: [{at: 1h, by: 10y}, {at: 2h, by: -12y}]'
	kind dns dns 'flows: 600, hosts: 100'
	"$compose" s.yaml out.pcap
	packets out.pcap | awk '
		NR > 1 && $1 - last > 86400 { printf "+%d ", ($1 - last) / 31536000 + .5 }
		NR > 1 && $1 < last { printf "-%d ", (last - $1) / 31536000 + .5 }
		{ last = $1 }' >jumps
	[ "$(cat jumps)" = "+10 -12 " ]
}

@test "a flow that is cut short does not lose its end" {
	for name in ssh tor tls13 http; do
		scenario 2h
		kind one "$name" 'flows: 20, hosts: 9, packets: 7'
		"$compose" s.yaml out.pcap
		packets out.pcap | awk '
			{ client = $3 < $5 ":" ? $3 : $5; sub(/:$/, "", $5); sub(/:$/, "", client) }
			{ key = ($3 ~ /^10\.0\.0\./) ? $3 : $5; count[key]++ }
			/Flags \[[^]]*[FR]/ { ended[key] }
			END {
				for (key in count) { n++; if (count[key] > 7 || !(key in ended)) { print key, count[key]; wrong = 1 } }
				exit wrong || n != 40
			}'
	done
}

@test "no even flow reaches into the next hour, where it would count again" {
	scenario 3h
	kind tor tor 'flows: 3601, hosts: 100'
	"$compose" s.yaml out.pcap
	packets out.pcap | awk '
		{ hour = int($1 / 3600); end = $3 ~ /^10/ ? $3 : $5; sub(/:$/, "", end) }
		/Flags \[S\]/ { n++; begun[end] = hour } begun[end] != hour { print; wrong = 1 }
		END { exit wrong || n != 10803 }'
}

@test "IP identifications do not repeat from packet to packet" {
	scenario 1h
	kind ssh ssh 'flows: 20, hosts: 20'
	"$compose" s.yaml out.pcap
	tcpdump -nnv -r out.pcap 2>tcpdump.err | sed -n 's/.*, id \([0-9]*\),.*/\1/p' | sort -u | wc -l >ids
	packets=$(packets out.pcap | wc -l)
	[ "$packets" -gt 1000 ]
	[ "$(cat ids)" -gt $((packets * 9 / 10)) ]
}

@test "no 5-tuple comes back within minutes, no UDP checksum is left out" {
	printf '%s\n' 'start: 2026-03-02' 'duration: 1h' \
		'watched: [{name: a, prefix: 10.0.0.1/32, hosts: 1}]' 'kinds:' >s.yaml
	kind dns dns 'flows: 60000, hosts: 1, peers: [192.0.2.1/32], peer_hosts: 1'
	"$compose" s.yaml out.pcap
	packets out.pcap | awk '
		$3 !~ /^10/ { next }
		{ n++ } $3 in last && $1 - last[$3] < 600 { print; wrong = 1 }
		{ last[$3] = $1 }
		END { exit wrong || n != 60000 }'
	# Of so many UDP checksums some come out as zero, which must be sent as all ones.
	tcpdump -nnvv -r out.pcap 2>tcpdump.err | grep -cE 'no cksum|bad udp' >missing || true
	[ "$(cat missing)" -eq 0 ]
}

@test "a rhythm does not slip by an hour or a day" {
	# Weight 4 at nine o'clock of a clock nine hours ahead of UTC: midnight UTC. Monday counts double.
	scenario 3d 'utc_offset: 9h' 'rhythms: [{name: nine, hours: [1,1,1,1,1,1,1,1,1,4,1,1,1,1,1,1,1,1,1,1,1,1,1,1], weekdays: [2,1,1,1,1,1,1]}]'
	kind ssh ssh 'flows: 80, hosts: 20, squeeze: 2s, rhythm: nine'
	"$compose" s.yaml out.pcap
	hourly out.pcap 22 | awk '{ printf "%s ", $2 }' >counts
	[ "$(cut -d ' ' -f 1-26 counts)" = "80 20 20 20 20 20 20 20 20 20 20 20 20 20 20 10 10 10 10 10 10 10 10 10 40 10" ]
}

@test "growth does not stop at a week" {
	scenario 15d
	kind ssh ssh 'flows: 100, hosts: 10, packets: 3, growth: 20'
	"$compose" --truth truth.csv s.yaml out.pcap
	[ "$(awk -F, '/T00/ { printf "%s ", $3 }' truth.csv | cut -d ' ' -f 1,8,15)" = "100 120 144" ]
}

@test "poisson counts do not vary like even or bursty ones" {
	for noise in even poisson bursty; do
		scenario 400h
		kind ssh ssh "flows: 40, hosts: 40, pool: 150, packets: 3, noise: $noise"
		"$compose" --truth truth.csv s.yaml /dev/null
		awk -F, 'NR > 1 { n++; sum += $3; square += $3 * $3 }
			END { mean = sum / n; print mean, (square / n - mean * mean) / mean }' truth.csv >"$noise"
	done
	[ "$(cat even)" = "40 0" ]
	awk '{ exit !($1 > 39 && $1 < 41 && $2 > .8 && $2 < 1.2) }' poisson
	awk '{ exit !($1 > 36 && $1 < 44 && $2 > 2.5) }' bursty
}

@test "a bursty level does not drift away from its base" {
	scenario 2000h
	kind ssh ssh 'flows: 40, hosts: 40, pool: 150, packets: 3, noise: bursty, bursty: {spread: .6, memory_h: 1, burst: 1, day_spread: 0}'
	"$compose" --truth truth.csv s.yaml /dev/null
	awk -F, 'NR > 1 { n++; sum += $3 } END { print sum / n; exit !(sum > 38 * n && sum < 42 * n) }' truth.csv
}

@test "inbound and unanswered flows do not go the other way" {
	scenario 1h
	kind in ssh 'flows: 5, hosts: 5, peers: [192.0.2.0/24], inbound: true'
	kind scan http 'flows: 5, hosts: 5, peers: [192.0.2.0/24], unanswered: true'
	"$compose" s.yaml out.pcap
	packets out.pcap >all
	[ "$(grep -c 'IP 192\.0\.2\.[0-9.]* > 10\.0\.0\.[0-9]*\.22: Flags \[S\]' all)" -eq 5 ]
	[ "$(grep -c '> 192\.0\.2\.[0-9]*\.80: Flags \[S\]' all)" -eq 5 ]
	never grep 'IP 192\.0\.2\.[0-9]*\.80 >' all
}

@test "from and until do not leak" {
	scenario 6h
	kind ssh ssh 'flows: 60, hosts: 6, squeeze: 2s, from: 90m, until: 4h'
	"$compose" s.yaml out.pcap
	[ "$(hourly out.pcap 22 | awk '{ printf "%s ", $2 }')" = "30 60 60 " ]
}

@test "each scenario of the folder composes, in order of time unless it shifts the clock" {
	for file in "$scenarios"/*.yaml; do
		"$compose" "$file" out.pcap
		packets out.pcap | awk -v shifts="$(grep -c '^shifts:' "$file")" '
			$1 < last { back++ } { last = $1 } END { exit NR < 10000 || (shifts ? back != 1 : back > 0) }'
	done
}

@test "a wrong scenario is not taken, and the message does not hide the place" {
	good='flows: 5, hosts: 5'
	while IFS='|' read -r keys wanted; do
		scenario 1h
		kind one ssh "$keys"
		refused 2 "$wanted"
	done <<-'END'
		flows: 5, hosts: 5, hots: 1|s.yaml:5:
		flows: 5, hosts: 5, hots: 1|Unexpected key: hots
		flows: many, hosts: 5|Invalid FLOAT value: many
		hosts: 5|Missing required mapping field: flows
		flows: 5, hosts: 5, noise: loud|loud
		flows: 5, hosts: 6|kind one: hosts: must lie in
		flows: -5, hosts: 5|flows: must lie in
		flows: 5, hosts: 5, peers: [192.0.2.1/24]|peers: '192.0.2.1/24' is not a prefix
		flows: 5, hosts: 5, peers: ["2001:db8::1"]|is not of the watched range's family
		flows: 5, hosts: 5, squeeze: soon|squeeze: 'soon' is not a span
		flows: 5, hosts: 5, rhythm: waltz|rhythm: 'waltz' is not
		flows: 5, hosts: 5, watched: b|watched: 'b' is not
		flows: 50, hosts: 20, jumps: [{at: 5m, for: 5m, factor: 13}]|need 260 clients, range a has 200 left
		flows: 5, hosts: 5, jumps: [{at: 5m, for: 5m, factor: -1}]|factor: must lie in
		flows: 5, hosts: 5, jumps: [{at: 2026-02-31, for: 5m, factor: 2}]|'2026-02-31' is not a time
	END
	scenario 1h
	kind one ssh "$good"
	kind one ssh "$good"
	refused 2 "name: 'one' is not a name of its own"
	scenario 0s
	kind one ssh "$good"
	refused 2 "duration: '0s' is not a span"
	scenario 1h 'gaps: [{at: 1h, for: -1h}]'
	kind one ssh "$good"
	refused 2 "gaps: '-1h' is not a span"
	printf 'start: [\n' >s.yaml
	refused 2 's.yaml:'
	: >s.yaml
	refused 2 's.yaml:1:1: the scenario is empty'
	rm s.yaml
	refused 1 's.yaml: No such file'
}

@test "a capture that can not be composed from is not passed over" {
	scenario 1h
	kind one nowhere 'flows: 5, hosts: 5'
	refused 1 'nowhere.pcap: No such file'
	captures=$PWD
	echo text >text.pcap
	scenario 1h
	kind one text 'flows: 5, hosts: 5'
	refused 1 'text.pcap'
	# One Ethernet frame of 60 bytes, of which the capture kept 34.
	printf '\324\303\262\241\2\0\4\0\0\0\0\0\0\0\0\0\0\0\4\0\1\0\0\0\0\0\0\0\0\0\0\0\42\0\0\0\74\0\0\0' >cut.pcap
	printf '\0\0\0\0\0\0\0\0\0\0\0\0\10\0\105\0\0\56\0\0\0\0\100\6\0\0\12\0\0\1\12\0\0\2' >>cut.pcap
	scenario 1h
	kind one cut 'flows: 5, hosts: 5'
	refused 1 'cut.pcap: packet 1 is cut short'
	head -c 300 "$root/tests/lab/captures/ssh.pcap" >damaged.pcap
	scenario 1h
	kind one damaged 'flows: 5, hosts: 5'
	refused 1 'damaged.pcap: after packet 3'
	captures=$root/tests/lab/captures
	scenario 1h
	kind one ssh 'flows: 5, hosts: 5'
	sed -i 's/ssh.pcap/&, port: 23/' s.yaml
	refused 1 'no flow matches'
}

@test "a full disk is not taken for success" {
	scenario 1h
	kind one ssh 'flows: 5, hosts: 5'
	run "$compose" s.yaml /dev/full
	[ "$status" -eq 1 ]
	[[ $output == *'/dev/full: No space left on device'* ]]
	run "$compose" s.yaml nowhere/out.pcap
	[ "$status" -eq 1 ]
	[[ $output == *'nowhere/out.pcap: No such file'* ]]
}

@test "wrong usage does not compose" {
	scenario 1h
	kind one ssh 'flows: 5, hosts: 5'
	for arguments in '' 's.yaml' 's.yaml a.pcap b.pcap' '--seed x s.yaml a.pcap' '--nonsense s.yaml a.pcap'; do
		# shellcheck disable=SC2086
		run "$compose" $arguments
		[ "$status" -eq 2 ]
		[ ! -e a.pcap ]
	done
}

@test "standard output does not get anything but the capture" {
	scenario 1h
	kind one ssh 'flows: 5, hosts: 5'
	"$compose" s.yaml out.pcap
	"$compose" --progress s.yaml - 2>err >piped.pcap
	cmp out.pcap piped.pcap
	never grep -q composing err
}

#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The template of docs/plugin-guide.md, built outside the tree with the guide's own line, and plugins
# that must be refused.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return 1
	SURGETAP=${SURGETAP:-$PWD/build/${MODE:-release}/surgetap}
}

setup_file() {
	cd "$BATS_TEST_DIRNAME/../.." || return 1
	sed -n '/^```c$/,/^```$/{/^```/d;p}' docs/plugin-guide.md >"$BATS_FILE_TMPDIR/telnet.c"
	line=$(grep -m1 '^gcc -shared' docs/plugin-guide.md)
	ln -s "$PWD/include" "$BATS_FILE_TMPDIR/include"
	(cd "$BATS_FILE_TMPDIR" && $line -Werror)
	make_capture >"$BATS_FILE_TMPDIR/telnet.pcap"
}

# A session on port 2323: SYN, SYN+ACK, ACK, the server's negotiation, the client's answer.
make_capture() {
	perl -e '
		sub packet {
			my ($from, $flags, $seq, $ack, $data) = @_;
			my @hosts = ([192, 168, 7, 2], [203, 0, 113, 9]);
			my @ports = (40000, 2323);
			my $tcp = pack("nnNNCCnnn", $ports[$from], $ports[!$from], $seq, $ack, 0x50, $flags, 8192, 0, 0);
			my $ip = pack("CCnnnCCnC4C4", 0x45, 0, 40 + length $data, 1, 0, 64, 6, 0, @{$hosts[$from]}, @{$hosts[!$from]});
			my $bytes = $ip . $tcp . $data;
			print pack("LLLL", 1700000000 + $count++, 0, length $bytes, length $bytes), $bytes;
		}
		print pack("LSSlLLL", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101);
		packet(0, 2, 100, 0, "");
		packet(1, 18, 900, 101, "");
		packet(0, 16, 101, 901, "");
		packet(1, 24, 901, 101, "\xff\xfd\x18\xff\xfd\x20\xff\xfd\x23");
		packet(0, 24, 101, 910, "\xff\xfb\x18\xff\xfc\x20\xff\xfc\x23");
	'
}

# build NAME: compiles C from stdin to NAME.so in the test's own folder.
build() {
	gcc -shared -fPIC -Iinclude -x c -o "$BATS_TEST_TMPDIR/$1.so" -
}

# expect_refusal FILE WORD: the start stops with status 78 and one line that names both.
expect_refusal() {
	run "$SURGETAP" plugins --plugin "$1"
	[ "$status" -eq 78 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ "${lines[0]}" == *"$1"* ]]
	[[ "${lines[0]}" == *"$2"* ]]
}

@test "a plugin built outside the tree is missing from plugins" {
	run "$SURGETAP" plugins --plugin "$BATS_FILE_TMPDIR/telnet.so"
	[ "$status" -eq 0 ]
	[[ "$output" == *"telnet 1 ($BATS_FILE_TMPDIR/telnet.so)"* ]]
	[[ "$output" == *"remote shells in clear text"* ]]
}

@test "its technique is missing from flows" {
	run --separate-stderr "$SURGETAP" flows --plugin "$BATS_FILE_TMPDIR/telnet.so" "$BATS_FILE_TMPDIR/telnet.pcap"
	[ "$status" -eq 0 ]
	[ "$(jq -rc '.techniques[] | [.technique, .grade, .kind, .plugin, .reason]' <<<"$output")" = \
		'["telnet","dpi","tunnel","telnet","Telnet option negotiation"]' ]
}

@test "its technique is missing from usage" {
	"$SURGETAP" replay --quiet --watch 192.168.7.0/24=lab --plugin "$BATS_FILE_TMPDIR/telnet.so" \
		--usage "$BATS_TEST_TMPDIR/usage.ndjson" "$BATS_FILE_TMPDIR/telnet.pcap"
	grep -q '"telnet' "$BATS_TEST_TMPDIR/usage.ndjson"
}

@test "without the plugin the technique is still there" {
	run --separate-stderr "$SURGETAP" flows "$BATS_FILE_TMPDIR/telnet.pcap"
	[ "$status" -eq 0 ]
	[ "$(jq -c '[.techniques[] | select(.technique == "telnet")]' <<<"$output")" = '[]' ]
}

@test "a missing plugin file is passed over" {
	expect_refusal "$BATS_TEST_TMPDIR/nowhere.so" "No such file"
}

@test "a file that is no shared object is passed over" {
	echo text >"$BATS_TEST_TMPDIR/text.so"
	expect_refusal "$BATS_TEST_TMPDIR/text.so" ""
}

@test "a shared object without the symbol is passed over" {
	echo 'int nothing;' | build empty
	expect_refusal "$BATS_TEST_TMPDIR/empty.so" surgetap_plugin
}

@test "a plugin of another ABI is called" {
	sed 's/\.abi = SURGETAP_ABI/.abi = SURGETAP_ABI + 1/' "$BATS_FILE_TMPDIR/telnet.c" | build other
	expect_refusal "$BATS_TEST_TMPDIR/other.so" "ABI 2"
}

@test "a plugin whose load fails is used all the same" {
	load='static int load(const struct surgetap_host *host, const struct surgetap_setting *settings, void **ret_shared) {
		(void)settings; (void)ret_shared; host->fail(host, "list.txt:7", "broken on purpose"); return -22; }'
	awk -v text="$load" '/^SURGETAP_PLUGIN = \{/ { print text "\n" $0 "\n\t.load = load,"; next } 1' \
		"$BATS_FILE_TMPDIR/telnet.c" | build broken
	run "$SURGETAP" plugins --plugin "$BATS_TEST_TMPDIR/broken.so"
	[ "$status" -eq 78 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ "${lines[0]}" == *"list.txt:7"*"broken on purpose"* ]]
}

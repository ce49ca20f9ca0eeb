#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tests/deps against stand-ins of dpkg-query, apt-get and sudo: nothing is installed.

load lib

# stub NAME: a program of that name, whose body comes from stdin; it finds the test's folder in $STUB_HOME.
stub() {
	{ echo '#!/bin/bash'; cat; } >"$STUB_HOME/bin/$1"
	chmod +x "$STUB_HOME/bin/$1"
}

setup() {
	export STUB_HOME=$BATS_TEST_TMPDIR SURGETAP_POLICY_RC=$BATS_TEST_TMPDIR/policy-rc.d
	mkdir "$STUB_HOME/bin"
	for tool in bash env sed sort comm grep cat tee chmod rm id mktemp tail dirname touch; do
		ln -s "$(command -v "$tool")" "$STUB_HOME/bin/$tool"
	done
	stub sudo <<<'touch "$STUB_HOME/used-sudo"; exec "$@"'
	stub dpkg-query <<<'sed "s/\$/ installed/" "$STUB_HOME/installed"'
	stub apt-get <<'APT'
echo "$*" >>"$STUB_HOME/apt.log"
case $1 in
update) touch "$STUB_HOME/updated" ;;
install) [[ ! -e $STUB_HOME/stale || -e $STUB_HOME/updated ]] || exit 100
	[[ -x $SURGETAP_POLICY_RC ]] && ! "$SURGETAP_POLICY_RC" && touch "$STUB_HOME/daemons-forbidden" ;;
esac
true
APT
	cp tests/packages.txt "$STUB_HOME/installed"
}

deps() { PATH=$STUB_HOME/bin bash tests/deps "$@"; }

@test "nothing is asked of apt when nothing is missing" {
	run deps
	[ "$status" -eq 0 ]
	[ "$output" = "" ]
	[ ! -e "$STUB_HOME/apt.log" ]
}

@test "only what is missing is installed, and no daemon starts by it" {
	sed -i '/^jq$/d; /^zstd$/d' "$STUB_HOME/installed"
	run deps --install
	[ "$status" -eq 0 ]
	[ "$output" = "installing: jq zstd" ]
	[ "$(wc -l <"$STUB_HOME/apt.log")" -eq 1 ]
	grep -q ' jq zstd$' "$STUB_HOME/apt.log"
	[ -e "$STUB_HOME/daemons-forbidden" ]
	[ ! -e "$SURGETAP_POLICY_RC" ]
}

@test "a half-removed package counts as missing" {
	stub dpkg-query <<<'sed "s/\$/ installed/; s/^jq installed/jq config-files/" "$STUB_HOME/installed"'
	run deps
	[ "$output" = "installing: jq" ]
}

@test "a package that another one provides is not installed against it" {
	sed -i 's/^jq$/gojq/; s/^zstd$/zstd-ng/' "$STUB_HOME/installed"
	stub dpkg-query <<<'sed "s/\$/ installed/; s/^gojq.*/& jq-dev, jq (= 1.7), zstd/" "$STUB_HOME/installed"'
	run deps
	[ "$output" = "" ]
}

@test "old package lists are fetched anew once, and not before they are needed" {
	sed -i '/^jq$/d' "$STUB_HOME/installed"
	touch "$STUB_HOME/stale"
	run deps
	[ "$status" -eq 0 ]
	[ "$(cut -d ' ' -f 1 "$STUB_HOME/apt.log" | tr '\n' ' ')" = "install update install " ]
}

@test "a policy of the machine's own is left alone" {
	sed -i '/^jq$/d' "$STUB_HOME/installed"
	echo "exit 101 # mine" >"$SURGETAP_POLICY_RC"
	deps
	[ "$(cat "$SURGETAP_POLICY_RC")" = "exit 101 # mine" ]
}

@test "a failed installation says what could not be installed" {
	sed -i '/^jq$/d' "$STUB_HOME/installed"
	stub apt-get <<<'echo "E: Unable to locate package jq"; exit 100'
	run deps
	[ "$status" -eq 1 ]
	[[ $output == *"E: Unable to locate package jq"* ]]
	[[ $output == *"apt-get could not install: jq" ]]
}

@test "a system without apt is told what to do" {
	rm "$STUB_HOME/bin/apt-get"
	run deps
	[ "$status" -eq 1 ]
	[[ $output == "tests/deps: no apt here; install what tests/packages.txt names"* ]]
	SURGETAP_SKIP_DEPS=1 deps
}

@test "a user who is not root goes through sudo, or is told the command" {
	sed -i '/^jq$/d' "$STUB_HOME/installed"
	rm "$STUB_HOME/bin/id"
	stub id <<<'echo 1000'
	deps
	[ -e "$STUB_HOME/used-sudo" ]
	rm "$STUB_HOME/bin/sudo"
	run deps
	[ "$status" -eq 1 ]
	[ "$output" = "tests/deps: neither root nor sudo; as root: apt-get install jq" ]
}

@test "each package is listed once and in order" {
	[ "$(grep -vE '^(#|$)' tests/packages.txt)" = "$(grep -vE '^(#|$)' tests/packages.txt | sort -u)" ]
}

@test "a library that is not installed is told by a compiler, or hides how to install it" {
	PKG_CONFIG_LIBDIR=$BATS_TEST_TMPDIR run make -n all
	[ "$status" -eq 2 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == *"not installed: libpcap libndpi "*"make deps"* ]]
	PKG_CONFIG_LIBDIR=$BATS_TEST_TMPDIR run make help
	[ "$status" -eq 0 ]
}

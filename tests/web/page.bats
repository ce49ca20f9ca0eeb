#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The dashboard's page in a real Chromium: each test is a case of dashboard.mjs.

load lib

export NODE_MODULES=$BATS_TEST_DIRNAME/../../build/npm/node_modules SOCKET LIB=$BATS_TEST_DIRNAME/lib.bash

setup_file() {
	start_all 1000 --pivot 'Arkime=https://arkime.example/?q={community_id}&at={start}'
}

teardown_file() {
	stop_all
}

# check CASE [NAME]: of the dashboard NAME.
check() {
	PAGE=$(url_of "${2:-main}") HOME=$BATS_TEST_TMPDIR node "$HERE/dashboard.mjs" "$1"
}

@test "the page loads under its own policy, without an error" { check loads; }
@test "no name from traffic runs, turns or hides text" { check hostile; }
@test "a new alert is not missing two seconds after it was added" { check live; }
@test "dragging zooms to minutes, a double click goes back" { check zoom; }
@test "filters and search leave nothing else in the list" { check filter; }
@test "the detail lacks none of what, why, who, flows and links" { check detail; }
@test "a foreign schema, a broken record, a lost alert and a lost range are told" { check schema; }
@test "an acknowledgement reaches Redis and other browsers" { check acknowledge; }
@test "exports hold what the filter shows" { check export; }
@test "records go into a file as they are, the filter's alone" { check ndjson; }
@test "a time that is typed is taken, in the zone that is shown, and none that ends before it begins" { check picker; }
@test "a year is drawn in hours, and said to be" { check year; }
@test "one comment does for all alerts of a range; how many wait stands in the title" { check several; }
@test "paper is white, holds all ranges and no controls" { check paper; }
@test "a link shows the same again, in UTC and local time" { check link; }
@test "no alert is out of the keyboard's reach, and no key acts while typing" { check keyboard; }
@test "dark mode follows the system until it is chosen" { check dark; }
@test "no width of screen scrolls sideways" { check narrow; }

@test "controls leave room on a phone, and none acts unseen" { check folded; }
@test "a column sorts all alerts, not those on the page; by keyboard, and in the link" { check columns; }
@test "ranges stand in the chosen order, and open alerts are counted whatever the list shows" { check ranges; }
@test "no order but the chosen one; a link to an alert can be copied" { check order; }
@test "an update takes no span from under the mouse and no button from the keyboard" { check steady; }

@test "an empty Redis is not an error" {
	start_dashboard other --redis-prefix empty:
	check empty other
	stop other
}

@test "a browser gets in with the token only" {
	echo 'a token of enough length' >"$BATS_TEST_TMPDIR/token"
	start_dashboard other --token-file "$BATS_TEST_TMPDIR/token"
	check login other
	stop other
}

@test "a Redis that was never there is told, and nothing is said to be known" {
	start_dashboard other --redis "unix://$BATS_TEST_TMPDIR/none.sock"
	check absent other
	stop other
}

@test "a Redis that goes away and comes back needs no reload" { check away; }

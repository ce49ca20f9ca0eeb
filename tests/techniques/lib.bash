# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Rows of `make techniques-hard` for tests.

setup() {
	# A run over the captures takes minutes, and there are ten.
	[[ ${MODE:-release} != tsan ]] || skip "threads meet as in techniques.bats"
}

# lost NAME...: of the laboratory's captures transformed: flows not seen by technique, in the order of `transforms`, then
# false reports; a line each.
lost() {
	"$BATS_TEST_DIRNAME/transforms" "$@" | awk 'NR > 1 && NF == 11 {
		for (i = 2; i < NF; i++) { split($i, share, "/"); printf "%d ", share[2] - share[1] }
		print $NF
	}'
}

# SPDX-License-Identifier: Apache-2.0
# What the tests of the house share: run from the top, on the files that git would commit.

cd "$BATS_TEST_DIRNAME/../.." || exit 1
BUILD=${BUILD:-build/${MODE:-release}}

# sources PATTERN...: tracked and new files, not those deleted or ignored. Works in a tarball without git too.
sources() {
	if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
		git ls-files --cached --others --exclude-standard -- "$@"
	else
		local pattern
		for pattern in "$@"; do
			find . -path ./build -prune -o -type f -path "./${pattern#:(glob)}" -print | sed 's|^\./||'
		done
	fi | sort -u | while read -r file; do [[ ! -f $file ]] || echo "$file"; done
}

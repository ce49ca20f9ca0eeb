# SPDX-License-Identifier: Apache-2.0
# Snowflake, the volunteer a browser, as most are.
# shellcheck source=../snowflake.sh
. "$LAB/snowflake.sh"
tools+=(chromium)

volunteer_start() {
	HOME=$WORK bg volunteer volunteer chromium --headless --no-sandbox --disable-gpu --user-data-dir="$WORK/profile" \
		--disable-background-networking "http://$BROKER:8080/volunteer?stun=$BROKER:3478"
}

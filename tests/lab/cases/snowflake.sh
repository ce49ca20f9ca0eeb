# SPDX-License-Identifier: Apache-2.0
# Snowflake, the volunteer a program that runs for nothing else.
# shellcheck source=../snowflake.sh
. "$LAB/snowflake.sh"
tools+=(snowflake-proxy)

volunteer_start() {
	bg volunteer volunteer snowflake-proxy -broker "http://$BROKER:8080/" -relay "ws://$BROKER:8080/" -allow-non-tls-relay \
		-stun "stun:$BROKER:3478" -keep-local-addresses -verbose -unsafe-logging
}

# SPDX-License-Identifier: Apache-2.0
# Synthetic: random datagrams, the first of 80, 112 and 300 bytes, on ports of no protocol and on OpenVPN's.
# shellcheck source=../composed.sh
. "$LAB/composed.sh"
filter='udp'
min_flows=3 min_packets=30 min_bytes=5000
CONVERSATIONS=('random-80 40080 udp random random' 'random-112 1194 udp random random' 'random-300 40300 udp random random')
SPECIFICATION=none

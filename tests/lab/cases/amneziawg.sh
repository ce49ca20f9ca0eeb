# SPDX-License-Identifier: Apache-2.0
# Synthetic: AmneziaWG, twice: each draws its junk, padding and headers.
# shellcheck source=../composed.sh
. "$LAB/composed.sh"
filter='udp port 41194 or udp port 443'
min_flows=2 min_packets=50 min_bytes=5000
CONVERSATIONS=('amneziawg 41194 udp vpn amneziawg-go' 'amneziawg 443 udp vpn amneziawg-go')
SPECIFICATION=docs.amnezia.org

# SPDX-License-Identifier: Apache-2.0
# Synthetic: WireGuard's datagrams over TCP, each behind its length.
# shellcheck source=../composed.sh
. "$LAB/composed.sh"
filter='tcp port 5001'
min_flows=1 min_packets=20 min_bytes=5000
CONVERSATIONS=('wireguard-tcp 5001 tcp vpn udp2tcp')
SPECIFICATION=mullvad-udp-over-tcp

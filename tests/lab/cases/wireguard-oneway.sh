# SPDX-License-Identifier: Apache-2.0
# WireGuard where the tap sees the client's direction only.
# shellcheck source=../wireguard.sh
. "$LAB/wireguard.sh"
filter='udp dst port 51820'
min_packets=15 min_bytes=2000

client() { wireguard_session 0; }

# SPDX-License-Identifier: Apache-2.0
# Synthetic: ZeroTier, of which only the greeting is in the clear.
# shellcheck source=../composed.sh
. "$LAB/composed.sh"
filter='udp port 9993'
min_flows=1 min_packets=20 min_bytes=5000
CONVERSATIONS=('zerotier 9993 udp vpn zerotier-one')
SPECIFICATION=zerotier-packet.hpp

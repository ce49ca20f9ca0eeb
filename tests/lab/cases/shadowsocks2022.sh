# SPDX-License-Identifier: Apache-2.0
# Synthetic: Shadowsocks of 2022, which is random from the first byte, twice.
# shellcheck source=../composed.sh
. "$LAB/composed.sh"
filter='tcp port 8388 or tcp port 443'
min_flows=2 min_packets=40 min_bytes=5000
CONVERSATIONS=('shadowsocks2022 8388 tcp proxy ss-server' 'shadowsocks2022 443 tcp proxy ss-server')
SPECIFICATION=sip022

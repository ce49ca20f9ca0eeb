# SPDX-License-Identifier: Apache-2.0
# Synthetic: two miners at their pools, Bitcoin's Stratum and Monero's dialect of it.
# shellcheck source=../composed.sh
. "$LAB/composed.sh"
filter='tcp port 3333 or tcp port 4444'
min_flows=2 min_packets=40 min_bytes=5000
CONVERSATIONS=('stratum 3333 tcp mining pool' 'monero-stratum 4444 tcp mining pool')
SPECIFICATION=stratum-1

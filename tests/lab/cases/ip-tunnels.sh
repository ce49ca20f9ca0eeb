# SPDX-License-Identifier: Apache-2.0
# Synthetic: ESP, AH and GRE as IP protocols of their own, for which this kernel has no code.
# shellcheck source=../composed.sh
. "$LAB/composed.sh"
filter='ip proto 50 or ip proto 51 or ip proto 47'
min_flows=3 min_packets=50 min_bytes=10000
CONVERSATIONS=('esp 0 esp vpn kernel' 'ah 0 ah vpn kernel' 'gre 0 gre vpn kernel')
SPECIFICATION=rfc4303+rfc4302+rfc2784

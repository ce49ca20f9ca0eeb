# SPDX-License-Identifier: Apache-2.0
# WireGuard with port 51820 on both ends, where a classifier may be content with the port.
# shellcheck source=../wireguard.sh
. "$LAB/wireguard.sh"

client() { wireguard_session 51820; }

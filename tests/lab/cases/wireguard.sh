# SPDX-License-Identifier: Apache-2.0
# WireGuard from a port of the client's own choice, as most clients do.
# shellcheck source=../wireguard.sh
. "$LAB/wireguard.sh"

client() { wireguard_session 0; }

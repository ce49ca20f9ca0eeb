# SPDX-License-Identifier: Apache-2.0
# BitTorrent with message stream encryption: a peer's connection looks fully encrypted.
# shellcheck source=../bittorrent.sh
. "$LAB/bittorrent.sh"
BT_OPTIONS=(--bt-min-crypto-level=arc4 --bt-require-crypto=true)

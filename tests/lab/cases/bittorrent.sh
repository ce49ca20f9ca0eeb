# SPDX-License-Identifier: Apache-2.0
# BitTorrent in the clear: the tracker asked over HTTP, then the file.
# shellcheck source=../bittorrent.sh
. "$LAB/bittorrent.sh"
BT_OPTIONS=(--bt-min-crypto-level=plain --bt-require-crypto=false)

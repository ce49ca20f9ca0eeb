# SPDX-License-Identifier: Apache-2.0
# OpenConnect: TLS first, then the data in DTLS.
# shellcheck source=../openconnect.sh
. "$LAB/openconnect.sh"

client() { openconnect_session 'Established DTLS connection'; }

# SPDX-License-Identifier: Apache-2.0
# OpenConnect where UDP is barred: the data stay in TLS.
# shellcheck source=../openconnect.sh
. "$LAB/openconnect.sh"
min_flows=1

client() { openconnect_session 'Configured as' --no-dtls; }

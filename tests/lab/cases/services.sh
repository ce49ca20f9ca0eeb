# SPDX-License-Identifier: Apache-2.0
# Synthetic: services whose programs Debian does not have, or only in versions that greet otherwise, as their clients open them.
# shellcheck source=../composed.sh
. "$LAB/composed.sh"
filter='tcp'
min_flows=6 min_packets=60 min_bytes=5000
CONVERSATIONS=('mysql8 3306 tcp mysql mysqld' 'mongodb 27017 tcp mongodb mongod' 'cassandra 9042 tcp cassandra cassandra'
	'tds 1433 tcp mssql sqlservr' 'spice 5930 tcp spice qemu' 'adb 5555 tcp adb adbd')
SPECIFICATION=named-in-compose.py

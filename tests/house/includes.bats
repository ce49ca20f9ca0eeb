#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Which room may know which.

load lib

ROOMS="base http capture packet watch geoip flow meter detect alert publish report web config pipeline commands"

# Foreign headers, and the only files that may include them.
FOREIGN='
pcap[/.]     ^sensor/capture/
gcry         ^sensor/flow/crypt\.c$
ndpi_        ^sensor/flow/(classify\.c|ndpi_api\.h)$
hiredis      ^sensor/publish/redis\.c$
maxminddb    ^geoip/database\.c$
cyaml/       ^sensor/config/document\.c$
yaml\.h      ^sensor/config/tree\.c$
cap-ng\.h    ^sensor/base/privilege\.c$
seccomp\.h   ^sensor/base/sandbox\.c$
microhttpd   ^sensor/http/server\.c$
zlib\.h      ^sensor/(capture/.*|publish/(record|watermark)\.c|report/deflate\.c|commands/version\.c)$
zstd\.h      ^sensor/(capture/.*|commands/version\.c)$
'

# Lines "FILE INCLUDED" for the quoted includes of the C files that match.
quoted_includes() {
	sources "$@" | xargs grep -HoE '^#include "[^"]+"' | sed -E 's/:#include "([^"]+)"/ \1/'
}

@test "no room includes one that lies further down the way of a packet" {
	wrong=$(quoted_includes 'sensor/*.[ch]' 'geoip/*.[ch]' | awk -v rooms="$ROOMS" '
		BEGIN { n = split(rooms, list, " "); for (i = 1; i <= n; i++) place[list[i]] = i }
		{
			depth = split($1, path, "/"); room = path[1] == "geoip" ? "geoip" : path[2]
			if (path[1] == "sensor" && depth == 2) room = "commands" # main.c
			split($2, included, "/")
			if (!(room in place)) print $1 ": its room has no place in the order"
			else if (!(included[1] in place)) print $1 ": " $2 " is not written as \"room/file.h\""
			else if (place[included[1]] > place[room]) print $1 ": includes " $2
		}')
	echo "$wrong"
	[ "$wrong" = "" ]
}

@test "base knows no other room" {
	wrong=$(quoted_includes 'sensor/base/*.[ch]' | awk '$2 !~ /^base\//')
	echo "$wrong"
	[ "$wrong" = "" ]
}

@test "no plugin reaches behind the plugin ABI" {
	wrong=$(quoted_includes 'plugins/*.[ch]' | grep -vE '/test_[^/]*\.c ' | while read -r file included; do
		folder=$(echo "$file" | cut -d / -f 1-2)
		[ -f "$folder/$included" ] || [ "${included#"$folder"/}" != "$included" ] || echo "$file: includes $included"
	done)
	echo "$wrong"
	[ "$wrong" = "" ]
}

@test "no foreign library is known outside its one file" {
	wrong=$(echo "$FOREIGN" | while read -r header allowed; do
		[ "$header" = "" ] || sources '*.[ch]' | grep -vE "$allowed|^(tests|plugins)/.*test_|^tests/" |
			xargs grep -nE "^#include [<\"]$header" || true
	done)
	echo "$wrong"
	[ "$wrong" = "" ]
}

@test "no type of a foreign library shows in the header of its room" {
	wrong=$(sources 'sensor/*.h' 'geoip/*.h' | grep -v '/ndpi_api\.h$' |
		xargs grep -nE '\b(pcap_t|MMDB_s|redisContext|redisReply|struct ndpi_|cyaml_schema|yaml_document_t)\b' || true)
	echo "$wrong"
	[ "$wrong" = "" ]
}

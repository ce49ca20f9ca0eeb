# SPDX-License-Identifier: Apache-2.0
# Reads `tcpdump -nqtr CAPTURE` and tells its flows apart by address, port and transport, both ways.
#   mode=flows  prints client,client_port,server,server_port,transport,packets for each; who sent first is the client
#   mode=keep   prints the numbers of the packets to keep: the first `head` and the last `tail` of each flow
# A line that is not TCP, UDP, ESP, AH or GRE over IPv4 ends it with status 1: no packet of a capture may go unseen.

# Where there are no ports, the port is 0.
function endpoint(word) {
	sub(/:$/, "", word)
	parts = split(word, part, ".")
	if (parts == 4)
		return word ",0"
	if (parts != 5 || !match(word, /\.[0-9]+$/))
		return ""
	return substr(word, 1, RSTART - 1) "," substr(word, RSTART + 1)
}

function transport_of(word) {
	word = tolower(word)
	sub(/v?[0-9]*,$/, "", word)
	sub(/\(.*/, "", word)
	return word
}

{
	from = endpoint($2)
	to = endpoint($4)
	transport = transport_of($5)
	if ($1 != "IP" || from == "" || to == "" || transport !~ /^(tcp|udp|esp|ah|gre)$/) {
		print "packet " NR ": " $0 > "/dev/stderr"
		failed = 1
		exit 1
	}
	key = from "," to "," transport
	back = to "," from "," transport
	if (back in packets)
		key = back
	else if (!(key in packets))
		order[++flows] = key
	flow_of[NR] = key
	rank[NR] = ++packets[key]
}

END {
	if (failed)
		exit 1
	if (mode == "flows")
		for (i = 1; i <= flows; i++)
			print order[i] "," packets[order[i]]
	else
		for (i = 1; i <= NR; i++)
			if (rank[i] <= head || rank[i] > packets[flow_of[i]] - tail)
				print i
}

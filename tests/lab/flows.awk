# SPDX-License-Identifier: Apache-2.0
# Reads `tcpdump -nqtr CAPTURE` and tells its flows apart by address, port and transport, both ways.
#   mode=flows  prints client,client_port,server,server_port,transport,packets for each; who sent first is the client
#   mode=keep   prints the numbers of the packets to keep: the first `head` and the last `tail` of each flow
# A line that is neither TCP nor UDP over IPv4 ends it with status 1: no packet of a capture may go unseen.

function endpoint(word) {
	sub(/:$/, "", word)
	if (!match(word, /\.[0-9]+$/) || split(word, part, ".") != 5)
		return ""
	return substr(word, 1, RSTART - 1) "," substr(word, RSTART + 1)
}

{
	from = endpoint($2)
	to = endpoint($4)
	transport = tolower($5)
	sub(/,$/, "", transport)
	if ($1 != "IP" || from == "" || to == "" || (transport != "tcp" && transport != "udp")) {
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

# SPDX-License-Identifier: Apache-2.0
# The evidence of `surgetap flows` that counts (better than a guess, no contact), a line each: the flow as in verdicts.jq,
# then technique, plugin, grade, the confidence given, the reason without commas and without what differs from flow to
# flow: the service, the network, what else a hello tells.
def kind_of_reason($plugin): sub(" to a rentable server \\(AS[0-9]+\\)$"; "") | sub("^server name of .*"; "server name of a service") |
	(if $plugin == "social" then sub("^nDPI: .*"; "nDPI: a service") else . end) |
	sub("^(?<hello>D?TLS handshake|QUIC Initial packet|Google QUIC hello), .*"; "\(.hello)") | gsub(","; ";");

.src_ip as $client | (.src_port // 0) as $client_port | .dest_ip as $server | (.dest_port // 0) as $server_port |
(.proto | ascii_downcase) as $transport | .techniques[] | select(.grade != "guess" and .kind == "tunnel") |
[$capture, $client, $client_port, $server, $server_port, $transport, .technique, .plugin, .grade, .confidence_percent,
	(.plugin as $plugin | .reason | kind_of_reason($plugin))] | join(",")

# SPDX-License-Identifier: Apache-2.0
# A flow of `surgetap flows` as a line: capture, ends, transport, techniques in use, techniques only in contact, and what
# nDPI's own verdict amounts to when it is no guess.
def named($names): any(.ndpi.proto | split(".")[]; IN($names[]));

def ndpi:
	if .ndpi.confidence | IN("dpi", "cache") then
		[(if named(["tor"]) then "tor" elif .ndpi.category == "VPN" then "vpn" else empty end),
			(if named(["tls", "dtls", "quic"]) then "tls" else empty end),
			(if named(["socks", "http_connect", "http_proxy"]) then "proxy" else empty end),
			(if named(["mining"]) then "mining" else empty end),
			(if named(["facebook", "instagram", "messenger", "whatsapp", "whatsappfiles", "twitter", "snapchat", "telegram", "tiktok",
				"youtube", "reddit", "tumblr", "linkedin", "pinterest"]) then "social-western" else empty end),
			(if named(["wechat", "qq", "sina(weibo)"]) then "social-chinese" else empty end)]
	else [] end;

def list: unique | if length == 0 then "-" else join("+") end;

[$capture, .src_ip, (.src_port // 0), .dest_ip, (.dest_port // 0), (.proto | ascii_downcase),
	([.techniques[] | select(.grade != "guess" and .kind == "tunnel") | .technique] | list),
	([.techniques[] | select(.kind == "contact") | .technique] | list),
	(ndpi | list)] | join(",")

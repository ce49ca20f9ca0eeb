# SPDX-License-Identifier: Apache-2.0
# Calls and channels that carry no Tor: sound and text by aiortc, a channel by pion, which is Snowflake's library too.
tools=(go /usr/bin/python3)
made_by=(golang-github-pion-webrtc.v3-dev aiortc+pion)
VOLUNTEER=192.0.2.10
filter="udp and host $VOLUNTEER"
HEAD=36
min_flows=2 min_packets=60 min_bytes=10000

servers() {
	GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$TOP/go go build -o "$WORK/webrtc" "$LAB/webrtc.go"
	# An end offers every address of its host; this one has one.
	net_new volunteer
	net_join volunteer "$VOLUNTEER" 192.0.2.1 v0
	bg aiortc volunteer /usr/bin/python3 "$LAB/webrtc.py" answer "$VOLUNTEER" 7000
	bg pion volunteer "$WORK/webrtc" answer "$VOLUNTEER:7001"
	wait_port volunteer tcp "$VOLUNTEER" 7000
	wait_port volunteer tcp "$VOLUNTEER" 7001
}

client() {
	on client /usr/bin/python3 "$LAB/webrtc.py" offer "$VOLUNTEER" 7000
	on client "$WORK/webrtc" offer "$VOLUNTEER:7001"
}

truth() {
	flows_of "host $VOLUNTEER" | label_flows stun webrtc
	flows_of "host $VOLUNTEER and udp[8] = 22" | label_flows tls webrtc
}

# SPDX-License-Identifier: Apache-2.0
# Pictures over RTP in the clear, and over SRTP, whose payloads are random.
tools=(gst-launch-1.0)
made_by=(gstreamer1.0-tools gstreamer)
HEAD=12
filter='udp port 5004 or udp port 5006'
min_flows=2 min_packets=40 min_bytes=20000

PICTURES=(videotestsrc num-buffers=25 pattern=snow ! 'video/x-raw,width=160,height=120,framerate=25/1' !
	vp8enc deadline=1 target-bitrate=200000 ! rtpvp8pay mtu=1000)

servers() { :; } # nobody has to listen

client() {
	local key=0123456789abcdef0123456789abcdef0123456789abcdef0123456789ab
	on client gst-launch-1.0 -q "${PICTURES[@]}" ! udpsink host="$SERVER" port=5004 bind-port=5104
	on client gst-launch-1.0 -q "${PICTURES[@]}" ! srtpenc key=$key ! udpsink host="$SERVER" port=5006 bind-port=5106
}

truth() {
	label "$SERVER" 5004 udp rtp gstreamer
	label "$SERVER" 5006 udp rtp gstreamer
}

# SPDX-License-Identifier: Apache-2.0
# A program here shows itself on a screen there: X11.
tools=(Xtigervnc xdpyinfo)
made_by=(x11-utils xdpyinfo)
filter='tcp port 6009'
min_flows=1 min_packets=20 min_bytes=4000

servers() {
	bg x11 east Xtigervnc :9 -geometry 320x240 -depth 24 -SecurityTypes None -interface 127.0.0.1 -rfbport 5909 -ac -listen tcp
	wait_port east tcp 0.0.0.0 6009
}

client() {
	on client env DISPLAY="$SERVER:9" xdpyinfo >"$WORK/display"
	grep -q 'version number:    11.0' "$WORK/display"
}

truth() { label "$SERVER" 6009 tcp x11 Xtigervnc; }

# SPDX-License-Identifier: Apache-2.0
# Another host's screen: VNC in the clear, RDP, whose TLS comes after a greeting of its own.
tools=(Xtigervnc gvnccapture freerdp-shadow-cli xfreerdp)
made_by=(tigervnc-standalone-server tigervnc+freerdp)
filter='tcp port 5907 or tcp port 3389'
min_flows=2 min_packets=60 min_bytes=15000

display_start() { # NETWORK NUMBER ADDRESS: of a display in that network
	bg "display-$2" "$1" Xtigervnc ":$2" -geometry 320x240 -depth 24 -SecurityTypes None -interface "$3" -rfbport "590$2" -ac
	wait_port "$1" tcp "$3" "590$2"
}

servers() {
	display_start east 7 "$SERVER"
	display_start client 8 127.0.0.1
	mkdir -p "$WORK/home/.config"
	HOME=$WORK/home DISPLAY=:7 bg shadow east freerdp-shadow-cli /port:3389 -auth
	wait_port east tcp "$SERVER" 3389
}

client() {
	on client gvnccapture "$SERVER:7" "$WORK/vnc.png"
	HOME=$WORK/home DISPLAY=:8 bg xfreerdp client xfreerdp "/v:$SERVER" /u:lab /p:lab /cert:ignore /sec:tls
	wait_until 20 captured 80
	wait_until 20 capture_quiet # the screen has been shown
	stop xfreerdp
}

truth() {
	label "$SERVER" 5907 tcp vnc Xtigervnc
	label "$SERVER" 3389 tcp tls freerdp-shadow-cli
}

# SPDX-License-Identifier: Apache-2.0
# A host tells its neighbours what it offers: mDNS, to a group of addresses.
tools=(avahi-daemon)
made_by=(avahi-daemon)
filter='udp port 5353'
min_flows=1 min_packets=4 min_bytes=600

servers() {
	cat >"$WORK/avahi.conf" <<-END
		[server]
		host-name=lab
		use-ipv6=no
		enable-dbus=no
		[publish]
		publish-workstation=yes
	END
}

client() {
	bg avahi client sh -c 'mount -t tmpfs none /run && mkdir /run/avahi-daemon && exec avahi-daemon --no-drop-root --no-rlimits --no-chroot -f "$0"' \
		"$WORK/avahi.conf"
	wait_until 20 captured 6
	stop avahi
}

truth() { label 224.0.0.251 5353 udp mdns avahi-daemon; }

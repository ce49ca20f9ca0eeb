# SPDX-License-Identifier: Apache-2.0
# Messages: MQTT in the clear and over TLS, XMPP after STARTTLS, IRC in the clear.
tools=(mosquitto mosquitto_pub mosquitto_sub prosody go-sendxmpp ngircd)
made_by=(mosquitto mosquitto+prosody+ngircd)
filter='tcp port 1883 or tcp port 8883 or tcp port 5222 or tcp port 6667'
min_flows=5 min_packets=60 min_bytes=8000

servers() {
	cat >"$WORK/mosquitto.conf" <<-END
		user root
		log_type all
		allow_anonymous true
		listener 1883 $SERVER
		listener 8883 $SERVER
		certfile $PKI/server.crt
		keyfile $PKI/server.key
	END
	cat >"$WORK/prosody.lua" <<-END
		run_as_root = true
		daemonize = false
		pidfile = "$WORK/prosody.pid"
		data_path = "$WORK/prosody"
		log = { info = "*console" }
		interfaces = { "$SERVER" }
		modules_enabled = { "roster", "saslauth", "tls", "disco", "ping" }
		modules_disabled = { "s2s" }
		c2s_require_encryption = true
		authentication = "internal_plain"
		ssl = { key = "$PKI/server.key", certificate = "$PKI/server.crt" }
		VirtualHost "$SITE"
	END
	mkdir -p "$WORK/prosody"
	prosodyctl --root --config "$WORK/prosody.lua" register lab "$SITE" lab >"$WORK/register.log" 2>&1
	cat >"$WORK/ngircd.conf" <<-END
		[Global]
		Name = irc.lab.test
		Info = lab
		Listen = $SERVER
		ServerUID = root
		ServerGID = root
		[Options]
		PAM = no
		Ident = no
		DNS = no
	END
	bg mosquitto east mosquitto -c "$WORK/mosquitto.conf"
	bg prosody east prosody --root --config "$WORK/prosody.lua" -F
	bg ngircd east ngircd -n -f "$WORK/ngircd.conf"
	for port in 1883 8883 5222 6667; do wait_port east tcp "$SERVER" "$port"; done
}

have_subscribed() { (($(grep -c 'Sending SUBACK' "$WORK/mosquitto.log") == $1)); } # CLIENTS: so many, until now

client() {
	local tls clients=0
	for tls in '-p 1883' "-p 8883 --cafile $PKI/ca.crt --insecure"; do
		# shellcheck disable=SC2086 # options
		bg subscriber client mosquitto_sub -h "$SERVER" $tls -t lab/# -C 3
		wait_until 20 have_subscribed $((clients += 1))
		for reading in 20.1 20.2 20.4; do
			# shellcheck disable=SC2086 # options
			on client mosquitto_pub -h "$SERVER" $tls -r -t lab/room -m "{\"temperature\": $reading}"
		done
		wait_until 10 gone "$(<"$WORK/subscriber.pid")"
	done
	echo 'A message of the lab.' | timeout 20 ip netns exec "$PREFIX-client" go-sendxmpp -n -u "lab@$SITE" -p lab -j "$SERVER:5222" "lab@$SITE"
	printf '%s\r\n' 'NICK lab' 'USER lab 0 * :lab' 'JOIN #lab' 'PRIVMSG #lab :a line of the lab' 'NAMES #lab' QUIT |
		speak client "$SERVER" 6667
}

truth() {
	label "$SERVER" 1883 tcp mqtt mosquitto
	label "$SERVER" 8883 tcp tls mosquitto
	label "$SERVER" 5222 tcp tls prosody
	label "$SERVER" 6667 tcp irc ngircd
}

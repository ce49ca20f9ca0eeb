# SPDX-License-Identifier: Apache-2.0
# Brokers of messages: RabbitMQ by AMQP and STOMP, NATS. Clients of the last two are lines of their protocols.
tools=(/usr/lib/rabbitmq/bin/rabbitmq-server amqp-declare-queue amqp-publish amqp-get nats-server)
made_by=(rabbitmq-server rabbitmq+nats)
filter='tcp port 5672 or tcp port 61613 or tcp port 4222'
min_flows=5 min_packets=60 min_bytes=6000

servers() {
	mkdir -p "$WORK/rabbit"
	printf '%s\n' "listeners.tcp.1 = $SERVER:5672" "stomp.listeners.tcp.1 = $SERVER:61613" 'loopback_users = none' >"$WORK/rabbit.conf"
	echo '[rabbitmq_stomp].' >"$WORK/plugins"
	HOME=$WORK/rabbit bg rabbit east env RABBITMQ_NODENAME=rabbit@localhost RABBITMQ_CONFIG_FILE="$WORK/rabbit.conf" \
		RABBITMQ_MNESIA_BASE="$WORK/rabbit" RABBITMQ_LOG_BASE="$WORK/rabbit" RABBITMQ_ENABLED_PLUGINS_FILE="$WORK/plugins" \
		RABBITMQ_PID_FILE="$WORK/rabbit/pid" ERL_EPMD_ADDRESS=127.0.0.1 /usr/lib/rabbitmq/bin/rabbitmq-server
	bg nats east nats-server -a "$SERVER" -p 4222
	wait_port east tcp "$SERVER" 4222
	for port in 5672 61613; do wait_until 60 listening east tcp "$SERVER" "$port"; done
}

# speak PORT LAST: says what comes on standard input, after the server if that speaks first, and waits for that last word.
speak() {
	timeout 20 ip netns exec "$PREFIX-client" python3 -c 'import socket, sys
conn = socket.create_connection((sys.argv[1], int(sys.argv[2])))
heard = conn.recv(4096) if sys.argv[2] == "4222" else b""
conn.sendall(sys.stdin.buffer.read())
while sys.argv[3].encode() not in heard:
    heard += conn.recv(4096) or sys.exit("closed too early")' "$SERVER" "$1" "$2"
}

client() {
	local number
	on client amqp-declare-queue -s "$SERVER" -q lab
	for number in 1 2 3; do on client amqp-publish -s "$SERVER" -r lab -b "message $number of the lab"; done
	on client amqp-get -s "$SERVER" -q lab
	printf 'CONNECT\naccept-version:1.2\nhost:/\nlogin:guest\npasscode:guest\n\n\0' | speak 61613 CONNECTED
	printf 'CONNECT {"verbose":false,"name":"lab"}\r\nPING\r\nSUB lab 1\r\nPUB lab 5\r\nhello\r\n' | speak 4222 hello
}

truth() {
	label "$SERVER" 5672 tcp amqp rabbitmq-server
	label "$SERVER" 61613 tcp stomp rabbitmq-server
	label "$SERVER" 4222 tcp nats nats-server
}

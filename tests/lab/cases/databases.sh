# SPDX-License-Identifier: Apache-2.0
# Databases as a firm's programs ask them: PostgreSQL and MariaDB, each in the clear and with TLS after their own greeting;
# Redis on a port for either; memcached in text and in binary.
PGBIN=$(echo /usr/lib/postgresql/*/bin)
tools=("$PGBIN/postgres" psql mariadbd mariadb redis-server redis-cli memcached memcstat)
made_by=(postgresql postgresql+mariadb+redis+memcached)
filter='tcp port 5432 or tcp port 3306 or tcp port 6379 or tcp port 6380 or tcp port 11211'
min_flows=8 min_packets=80 min_bytes=10000

# PostgreSQL refuses to be root.
as_postgres() { setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; }

servers() {
	chmod o+x "$TOP" "$WORK"
	install -d -o postgres "$WORK/pg"
	as_postgres "$PGBIN/initdb" -D "$WORK/pg" -A trust --no-sync >"$WORK/initdb.log"
	install -o postgres -m 600 "$PKI/server.key" "$PKI/server.crt" "$WORK/pg/"
	echo 'host all all 0.0.0.0/0 trust' >>"$WORK/pg/pg_hba.conf"
	bg postgres east setpriv --reuid=postgres --regid=postgres --clear-groups "$PGBIN/postgres" -D "$WORK/pg" -h "$SERVER" \
		-k "$WORK/pg" -c ssl=on -c ssl_cert_file=server.crt -c ssl_key_file=server.key
	mariadb-install-db --no-defaults --datadir="$WORK/maria" --user=root --auth-root-authentication-method=normal \
		--skip-test-db >"$WORK/install.log" 2>&1
	bg mariadb east mariadbd --no-defaults --datadir="$WORK/maria" --user=root --bind-address="$SERVER" --skip-grant-tables \
		--socket="$WORK/maria.sock" --pid-file="$WORK/maria.pid" --ssl-cert="$PKI/server.crt" --ssl-key="$PKI/server.key"
	bg redis east redis-server --bind "$SERVER" --port 6379 --tls-port 6380 --tls-cert-file "$PKI/server.crt" --save '' \
		--tls-key-file "$PKI/server.key" --tls-ca-cert-file "$PKI/ca.crt" --tls-auth-clients no --protected-mode no
	bg memcached east memcached -u root -l "$SERVER" -p 11211 -U 0
	for port in 5432 3306 6379 6380 11211; do wait_port east tcp "$SERVER" "$port"; done
}

client() {
	local mode
	for mode in disable require; do
		on client psql "host=$SERVER user=postgres dbname=postgres sslmode=$mode" \
			-c 'select relname, relpages from pg_class order by 1 limit 80'
	done
	for mode in --skip-ssl --ssl; do
		on client mariadb --no-defaults "$mode" -h "$SERVER" -e 'select * from information_schema.collations limit 80'
	done
	on client redis-cli -h "$SERVER" info
	on client redis-cli -h "$SERVER" -p 6380 --tls --cacert "$PKI/ca.crt" --sni "$SITE" info
	on client memcstat --binary --servers="$SERVER:11211"
	printf 'set page 0 60 5\r\nhello\r\nget page\r\nstats\r\nquit\r\n' |
		speak client "$SERVER" 11211
}

# The encrypted sessions of one port are told from the open ones by what is in them.
truth() {
	label "$SERVER" 5432 tcp postgresql postgres
	flows_with_tls 'tcp port 5432' | label_flows tls postgres
	label "$SERVER" 3306 tcp mysql mariadbd
	flows_with_tls 'tcp port 3306' | label_flows tls mariadbd
	label "$SERVER" 6379 tcp redis redis-server
	label "$SERVER" 6380 tcp tls redis-server
	label "$SERVER" 11211 tcp memcached memcached
}

# SPDX-License-Identifier: Apache-2.0
# Mail: handed over by SMTP, in the clear and after STARTTLS; fetched by IMAP, after STARTTLS and over TLS.
tools=(aiosmtpd swaks dovecot curl)
made_by=(swaks aiosmtpd+dovecot)
filter='tcp port 25 or tcp port 143 or tcp port 993'
min_flows=4 min_packets=60 min_bytes=10000

servers() {
	chmod o+x "$TOP" "$WORK" # its helpers are not root
	install -d -o mail "$WORK/box"
	cat >"$WORK/dovecot.conf" <<-END
		base_dir = $WORK/dovecot
		log_path = /dev/stderr
		protocols = imap
		listen = $SERVER
		ssl_cert = <$PKI/server.crt
		ssl_key = <$PKI/server.key
		mail_location = maildir:$WORK/box
		first_valid_uid = 1
		passdb {
			driver = static
			args = password=lab
		}
		userdb {
			driver = static
			args = uid=mail gid=mail home=$WORK/box
		}
	END
	bg smtpd east aiosmtpd -n -l "$SERVER:25" --tlscert "$PKI/server.crt" --tlskey "$PKI/server.key" --no-requiretls
	bg dovecot east dovecot -F -c "$WORK/dovecot.conf"
	wait_port east tcp "$SERVER" 25
	wait_port east tcp "$SERVER" 993
}

client() {
	local url
	on client swaks --server "$SERVER" --to root@lab.test --from lab@lab.test --helo client.lab.test
	on client swaks --server "$SERVER" --to root@lab.test --from lab@lab.test --helo client.lab.test --tls
	for url in imap://"$SITE" imaps://"$SITE"; do
		on client curl -sS --ssl-reqd --cacert "$PKI/ca.crt" --resolve "$SITE:143:$SERVER" --resolve "$SITE:993:$SERVER" \
			-u lab:lab -X 'LIST "" *' "$url"
	done
}

truth() {
	label "$SERVER" 25 tcp smtp aiosmtpd
	flows_with_tls 'tcp port 25' | label_flows tls aiosmtpd
	label "$SERVER" 143 tcp tls dovecot
	label "$SERVER" 993 tcp tls dovecot
}

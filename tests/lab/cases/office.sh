# SPDX-License-Identifier: Apache-2.0
# An office: files by SMB, encrypted and not, a directory by LDAP, in the clear and after StartTLS, tickets by Kerberos.
tools=(smbd smbclient slapd ldapsearch krb5kdc kinit)
made_by=(samba samba+slapd+krb5)
filter='tcp port 445 or tcp port 389 or port 88'
min_flows=5 min_packets=60 min_bytes=15000

servers() {
	mkdir -p "$WORK/share" "$WORK/smb" "$WORK/ldap"
	seq -f 'line %g of a file of the lab' 400 >"$WORK/share/file.txt"
	cat >"$WORK/smb.conf" <<-END
		[global]
		interfaces = $SERVER
		bind interfaces only = yes
		map to guest = bad user
		guest account = root
		private dir = $WORK/smb
		lock directory = $WORK/smb
		state directory = $WORK/smb
		cache directory = $WORK/smb
		pid directory = $WORK/smb
		ncalrpc dir = $WORK/smb/rpc
		log file = $WORK/smbd.txt
		disable netbios = yes
		smb ports = 445
		[share]
		path = $WORK/share
		guest ok = yes
	END
	printf 'lab\nlab\n' | smbpasswd -c "$WORK/smb.conf" -s -a root
	cat >"$WORK/slapd.conf" <<-END
		include /etc/ldap/schema/core.schema
		modulepath /usr/lib/ldap
		moduleload back_mdb
		pidfile $WORK/slapd.pid
		TLSCertificateFile $PKI/server.crt
		TLSCertificateKeyFile $PKI/server.key
		database mdb
		directory $WORK/ldap
		suffix dc=lab
		rootdn cn=admin,dc=lab
		rootpw lab
	END
	cat >"$WORK/krb5.conf" <<-END
		[libdefaults]
		default_realm = LAB.TEST
		dns_lookup_kdc = false
		[realms]
		LAB.TEST = {
			kdc = $SERVER
			database_name = $WORK/principal
			key_stash_file = $WORK/stash
			acl_file = $WORK/acl
		}
	END
	export KRB5_CONFIG=$WORK/krb5.conf KRB5_KDC_PROFILE=$WORK/krb5.conf
	kdb5_util create -s -P lab -r LAB.TEST >"$WORK/kdb.log" 2>&1
	kadmin.local -q 'addprinc -pw lab lab' >>"$WORK/kdb.log" 2>&1
	bg smbd east smbd -F -s "$WORK/smb.conf"
	bg slapd east slapd -d 0 -f "$WORK/slapd.conf" -h "ldap://$SERVER"
	bg krb5kdc east krb5kdc -n
	wait_port east tcp "$SERVER" 445
	wait_port east tcp "$SERVER" 389
	wait_port east udp "$SERVER" 88
}

client() {
	local tls
	on client smbclient "//$SERVER/share" -U root%lab -c "get file.txt $WORK/got"
	on client smbclient "//$SERVER/share" -U root%lab --client-protection=encrypt -c "ls; get file.txt $WORK/got"
	for tls in -x -ZZ; do
		LDAPTLS_REQCERT=never on client ldapsearch -x "$tls" -H "ldap://$SERVER" -D cn=admin,dc=lab -w lab -b '' -s base '+' >"$WORK/found"
	done
	echo lab | timeout 20 ip netns exec "$PREFIX-client" kinit -c "$WORK/tickets" lab
}

truth() {
	label "$SERVER" 445 tcp smb smbd
	label "$SERVER" 389 tcp ldap slapd
	flows_with_tls 'tcp port 389' | label_flows tls slapd
	label "$SERVER" 88 udp kerberos krb5kdc
	label "$SERVER" 88 tcp kerberos krb5kdc
}

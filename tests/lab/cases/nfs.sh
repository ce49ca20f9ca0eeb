# SPDX-License-Identifier: Apache-2.0
# Files of an office over NFS, versions 3 and 4.
tools=(rpcbind ganesha.nfsd nfs-ls nfs-cp)
made_by=(libnfs-utils libnfs)
filter='port 2049 or port 111 or port 20048'
min_flows=2 min_packets=40 min_bytes=6000

serves() { [[ -n $(on east ss -Hlnt 'sport = :2049') ]]; } # on all addresses

servers() {
	mkdir -p "$WORK/files"
	seq -f 'line %g of a file of the lab' 300 >"$WORK/files/file.txt"
	chmod -R o+rX "$TOP" "$WORK/files"
	cat >"$WORK/ganesha.conf" <<-END
		NFS_CORE_PARAM { Protocols = 3, 4; NFS_Port = 2049; MNT_Port = 20048; Enable_NLM = false; Enable_RQUOTA = false; }
		NFSv4 { Graceless = true; RecoveryRoot = $WORK/recovery; }
		EXPORT { Export_Id = 1; Path = $WORK/files; Pseudo = /files; Access_Type = RW; Squash = No_Root_Squash; SecType = sys;
			FSAL { Name = VFS; } }
	END
	mkdir -p "$WORK/recovery"
	# Both keep their files in /run; the namespace has its own mounts, so this one is nobody else's.
	bg nfs east sh -c 'mount -t tmpfs none /run && mkdir /run/ganesha && rpcbind -w && exec ganesha.nfsd -F -L STDERR -f "$0" -p /run/ganesha/pid' \
		"$WORK/ganesha.conf"
	wait_until 20 serves
}

client() {
	on client nfs-ls "nfs://$SERVER$WORK/files?version=3&nfsport=2049&mountport=20048"
	on client nfs-cp "nfs://$SERVER/files/file.txt?version=4" "$WORK/got"
	cmp "$WORK/files/file.txt" "$WORK/got"
}

truth() {
	local port transport
	for port in 2049 111 20048; do
		for transport in tcp udp; do label "$SERVER" "$port" "$transport" nfs ganesha; done
	done
}

# SPDX-License-Identifier: Apache-2.0
# vmess in WebSockets in TLS: two pages over TLS through V2Ray.
# shellcheck source=../v2ray.sh
. "$LAB/v2ray.sh"
filter='tcp port 8443'
PORT=8443
STREAM_SERVER="\"streamSettings\": {\"network\": \"ws\", \"wsSettings\": {\"path\": \"/chat\"}, \"security\": \"tls\",
	\"tlsSettings\": {\"certificates\": [{\"certificateFile\": \"$PKI/server.crt\", \"keyFile\": \"$PKI/server.key\"}]}},"
STREAM_CLIENT="\"streamSettings\": {\"network\": \"ws\", \"wsSettings\": {\"path\": \"/chat\", \"headers\": {\"Host\": \"$SITE\"}},
	\"security\": \"tls\", \"tlsSettings\": {\"serverName\": \"$SITE\", \"allowInsecure\": true}},"

truth() { label "$SERVER" 8443 tcp proxy+tls v2ray; }

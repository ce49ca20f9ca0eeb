# SPDX-License-Identifier: Apache-2.0
# vmess over bare TCP: two pages through V2Ray.
# shellcheck source=../v2ray.sh
. "$LAB/v2ray.sh"
filter='tcp port 10086'
PORT=10086 STREAM_SERVER='' STREAM_CLIENT=''

truth() { label "$SERVER" 10086 tcp proxy v2ray; }

# SPDX-License-Identifier: Apache-2.0
# IKEv2 with a pre-shared key, then ESP in UDP on port 4500.
# shellcheck source=../strongswan.sh
. "$LAB/strongswan.sh"
IKE_VERSION=2

# SPDX-License-Identifier: Apache-2.0
# Conversations that compose.py plays. A case lists them in CONVERSATIONS, "NAME PORT TRANSPORT LABEL PROGRAM" each, and says where
# they come from with composed_from.
tools=(python3)
made_by=()
SEED=$RANDOM$RANDOM # of a run; each conversation adds its port

servers() {
	local name port transport rest
	for conversation in "${CONVERSATIONS[@]}"; do
		read -r name port transport rest <<<"$conversation"
		bg "compose-$name-$port" east python3 "$LAB/compose.py" "$name" server "$SERVER" "$port" "$SEED$port"
		if [[ $transport == tcp ]]; then wait_port east tcp "$SERVER" "$port"; else wait_log "compose-$name-$port" ready; fi
	done
}

client() {
	local name port rest
	for conversation in "${CONVERSATIONS[@]}"; do
		read -r name port rest <<<"$conversation"
		on client python3 "$LAB/compose.py" "$name" client "$SERVER" "$port" "$SEED$port"
		wait_until 10 gone "$(<"$WORK/compose-$name-$port.pid")"
	done
}

truth() {
	local name port transport label program
	composed_from "$SPECIFICATION"
	for conversation in "${CONVERSATIONS[@]}"; do
		read -r name port transport label program <<<"$conversation"
		label "$SERVER" "$port" "$transport" "$label" "$program"
	done
}

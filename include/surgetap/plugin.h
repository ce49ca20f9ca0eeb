/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SURGETAP_PLUGIN_H
#define SURGETAP_PLUGIN_H
/*
 * The plugin ABI. A plugin recognises techniques in flows: it reads a flow and reports evidence.
 * It never counts, never alerts, never prints, and allocates nothing per packet.
 *
 * One source serves two ways: built into the sensor, or as a shared object (`--plugin FILE`). It
 * defines exactly one object with external linkage, by SURGETAP_PLUGIN:
 *
 *     SURGETAP_PLUGIN = { .abi = SURGETAP_ABI, .size = sizeof(struct surgetap_plugin), ... };
 *
 * Threads: load runs before the first packet, and again beside them, on a thread of its own, when
 * the sensor reads its configuration anew; unload runs when no packet is judged by what load made.
 * Each worker thread has its own worker_state; all calls for one flow come from one worker.
 * `shared`, made by load, is read by all workers and must not be written after load returns.
 */
#include <surgetap/flow.h>

#define SURGETAP_ABI 1u

#define SURGETAP_CONCAT_(a, b) a##b
#define SURGETAP_CONCAT(a, b) SURGETAP_CONCAT_(a, b)
#ifdef SURGETAP_PLUGIN_BUILTIN
#define SURGETAP_PLUGIN_SYMBOL SURGETAP_CONCAT(surgetap_plugin_, SURGETAP_PLUGIN_BUILTIN)
#else
#define SURGETAP_PLUGIN_SYMBOL surgetap_plugin
#endif
#define SURGETAP_PLUGIN                                                                            \
	extern const struct surgetap_plugin SURGETAP_PLUGIN_SYMBOL;                                \
	__attribute__((visibility("default"))) const struct surgetap_plugin SURGETAP_PLUGIN_SYMBOL

/* What evidence is worth, weakest first. A guess is counted apart and never drives an alert. */
enum surgetap_grade {
	SURGETAP_GRADE_NONE,
	SURGETAP_GRADE_GUESS,     /* port or address alone */
	SURGETAP_GRADE_CACHE,     /* an earlier flow between the same hosts said so */
	SURGETAP_GRADE_HEURISTIC, /* a pattern in sizes, directions or randomness */
	SURGETAP_GRADE_LIST,      /* address and port stand on a current list */
	SURGETAP_GRADE_DPI,       /* payload was parsed */
};

/* A contact is a flow to a provider's web site or API: shown, but not counted as use. An imitation
 * only passes for the technique, and is none: whatever any plugin reports of it for this flow,
 * before or after, is void. */
enum surgetap_kind {
	SURGETAP_KIND_TUNNEL,
	SURGETAP_KIND_CONTACT,
	SURGETAP_KIND_IMITATION,
};

/* A callback's answer: whether it wants to see more of this flow. */
enum surgetap_next {
	SURGETAP_MORE,
	SURGETAP_DONE,
};

/* Which callbacks a plugin wants; a callback not asked for is not called. */
enum surgetap_wants {
	SURGETAP_WANTS_PACKETS = 1,      /* on_packet: the first payloads of a flow (at most 40) */
	SURGETAP_WANTS_CLASSIFIED = 2,   /* on_classified */
	SURGETAP_WANTS_ENDED = 4,        /* on_ended */
	SURGETAP_WANTS_FINGERPRINTS = 8, /* ja3 and ja4, which cost some time for each hello */
};

/* A technique that a plugin reports. Two plugins may declare the same name: the first one's words
 * are used. The list ends with a NULL name; at most 16 for one plugin and 32 over all plugins. */
struct surgetap_technique {
	const char *name;    /* [a-z][a-z0-9-]*, at most 23 characters: "vpn", "social-chinese" */
	const char *summary; /* one line for people */
	const char *mitre_tactic, *mitre_technique; /* ATT&CK ids, or NULL */
	uint8_t severity; /* of its alerts, Suricata's scale: 1 high, 2 medium, 3 low */
	bool is_opsec;    /* part of the composite `opsec` */
};

/* A setting that the plugin understands, given as `--plugin-option NAME.OPTION=VALUE` or in the
 * configuration under `plugin-option`. The list ends with a NULL name. */
struct surgetap_option {
	const char *name;    /* [a-z][a-z0-9_]* */
	const char *summary; /* one line for people */
};

/* The settings given for this plugin, in order of appearance; an option may repeat. */
struct surgetap_setting {
	const char *name, *value;
};

/* Evidence for one technique in one flow. */
struct surgetap_evidence {
	uint8_t technique;          /* index into the plugin's own `techniques` */
	uint8_t grade;              /* enum surgetap_grade */
	uint8_t kind;               /* enum surgetap_kind */
	uint8_t confidence_percent; /* 0..100: how often this recipe is right, as measured */
	const char
		*reason; /* for people, at most 95 bytes, copied by the sensor before it returns */
};

struct surgetap_call;

/* What the sensor offers. `size` grows with later versions of the same ABI number. */
struct surgetap_host {
	uint32_t abi, size;
	/* During load only. Tells the operator of trouble that does not stop the start. `where` is
	 * a place such as "relays.txt:17", or NULL. Rate-limited by the sensor. */
	void (*warn)(const struct surgetap_host *host, const char *where, const char *message);
	/* During load only. States why load is about to fail; the sensor prints it and stops. */
	void (*fail)(const struct surgetap_host *host, const char *where, const char *message);
	/* During load only. Names a list in use and its state (for example "tor_relays",
	 * "valid-after 2026-11-20 09:00:00"); both are copied and appear in alerts. */
	void (*use_list)(const struct surgetap_host *host, const char *name, const char *state);
	/* During on_packet, on_classified and on_ended. Records evidence; of several reports for
	 * one technique the strongest grade is kept, of equals the first; an imitation stays
	 * one. */
	void (*report)(const struct surgetap_call *call, const struct surgetap_evidence *evidence);
};

/* What a callback gets. */
struct surgetap_call {
	const struct surgetap_host *host;
	const void *shared; /* what load returned */
	void *worker_state; /* worker_state_size bytes, zeroed at start, this worker's alone */
	void *flow_state;   /* flow_state_size bytes, zeroed for each flow; NULL in on_ended */
	const struct surgetap_flow *flow;
	const struct surgetap_payload *payload; /* on_packet only, else NULL */
};

struct surgetap_plugin {
	uint32_t abi;  /* SURGETAP_ABI */
	uint32_t size; /* sizeof(struct surgetap_plugin) */
	const char *name, *version, *summary;
	const struct surgetap_technique *techniques;
	const struct surgetap_option *options;     /* NULL if there are none */
	size_t worker_state_size, flow_state_size; /* at most 1 MiB and 256 bytes */
	uint32_t wants;                            /* bits of enum surgetap_wants */

	/* Before any flow, and once more for each time that a running sensor reads its
	 * configuration and lists anew: what it then makes takes the place of what was made
	 * before, also for flows under way, so that the states of flows and workers must not point
	 * into `shared`. Settings of this plugin only, ended by a NULL name. May read files.
	 * Returns 0 and sets *ret_shared (may be NULL), or -errno after host->fail: the sensor then
	 * does not start, or goes on as it was. NULL where nothing is to be loaded. */
	int (*load)(const struct surgetap_host *host, const struct surgetap_setting *settings,
		void **ret_shared);
	/* Once for each load, when no callback uses its `shared` any more. Frees it. May be NULL.
	 */
	void (*unload)(void *shared);
	/* For each of the first payloads of a flow, until DONE. nDPI may not
	 * have spoken yet: protocol is "unknown" until then. */
	enum surgetap_next (*on_packet)(const struct surgetap_call *call);
	/* Once for each flow: nDPI has spoken or given up. Evidence from here is the usual kind. */
	enum surgetap_next (*on_classified)(const struct surgetap_call *call);
	/* Once, when the flow ends (timeout, end of capture, eviction). Names are gone by then:
	 * sni, alpn, ja3 and ja4 are NULL unless the sensor lists flows. */
	void (*on_ended)(const struct surgetap_call *call);
};

#endif

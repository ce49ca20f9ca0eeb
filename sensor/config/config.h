/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H
/*
 * Everything that a run can be told, in one flat struct. The same words are keys of the YAML file
 * and long options of the command line; the table in config/setting.h joins a word to its member.
 * Every value has been checked by the time it stands here.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config_list {
	char **items;
	size_t count;
};

struct config {
	char *sensor;             /* name of this sensor; the host's name by default */
	struct config_list watch; /* "CIDR" or "CIDR=NAME"; prefix_parse takes each CIDR */
	char *alerts;             /* file, "-" standard output */
	char *usage;              /* file, "-" standard output; NULL none */
	uint64_t usage_scale; /* seconds of a bucket written to `usage`: 60, 3600, 86400, 604800 */
	char *redis;          /* URL; NULL none */
	char *redis_prefix;
	char *redis_channel, *redis_list;                        /* NULL none */
	uint64_t alerts_maxlen, usage_maxlen, usage_hour_maxlen; /* entries of the Redis streams */
	char *report, *stats;                                    /* files; NULL none */
	char *window; /* "START..END" that period_parse takes; NULL: all of it */
	uint64_t workers;
	char *state;                      /* directory; NULL none */
	char *geoip_asn, *geoip_country;  /* files; NULL none */
	char *networks;                   /* file; NULL is the built-in table */
	char *tor_relays;                 /* file; NULL none; also plugin option tor.relays */
	struct config_list plugin;        /* shared objects */
	struct config_list plugin_option; /* "NAME.OPTION=VALUE" */
	bool fail_on_alert, quiet, profile;
	uint64_t drain;  /* seconds to wait for undelivered alerts at the end */
	bool asymmetric; /* the tap sees one direction only */
	double alarms_per_year;
	double control_sample; /* share of the unwatched hosts in the control group; 0: no group */
	uint64_t max_flows;    /* entries of the flow table */
	/* of run alone: */
	struct config_list interface;
	uint64_t snaplen;   /* bytes kept of each packet */
	uint64_t ring_size; /* MiB for each interface */
	char *filter;       /* expression of pcap-filter(7); NULL none */
	bool promiscuous;
	char *user;         /* to become; NULL: see privilege.h */
	char *metrics;      /* ADDR:PORT that listen_parse takes, on loopback; NULL none */
	char *metrics_file; /* for Prometheus; NULL none */
};

/* Told of each fault that makes a file unusable, in the order of its lines: `place` is
 * "FILE:LINE:COLUMN" or "FILE". What is no YAML has one fault, since nobody knows how it goes on.
 */
struct config_listener {
	void (*fault)(void *argument, const char *place, const char *message);
	void *argument;
};

/* The defaults. Returns 0 or -ENOMEM; after -ENOMEM there is nothing to give back. */
int config_init(struct config *config);

/*
 * Puts the values of YAML file `path` over those in `config`. Returns 0; -errno when the file
 * cannot be read; -EINVAL when it is not what it should be; both after the listener was told. Then
 * `config` holds some of the file's values and is only good for config_done.
 */
int config_load(struct config *config, const char *path, const struct config_listener *listener);

/* The same for `length` bytes of YAML at `text`; `name` stands for the file in places. */
int config_load_text(struct config *config, const char *name, const char *text, size_t length,
	const struct config_listener *listener);

/* A copy with strings of its own. Returns 0 or -ENOMEM; after -ENOMEM there is nothing to give
 * back.
 */
int config_copy(const struct config *from, struct config *ret_config);

/* Frees what config_init and all settings allocated. */
void config_done(struct config *config);

/* Settings of plugins, split into their parts: those of `plugin-option`, and tor.relays for
 * `tor-relays`. Returns 0 and an array of *ret_count settings, one block from the heap that the
 * caller frees, or -ENOMEM. The strings lie in that block and in `config`. */
struct plugins_setting;
int config_split_plugin_options(
	const struct config *config, struct plugins_setting **ret_settings, size_t *ret_count);

#endif

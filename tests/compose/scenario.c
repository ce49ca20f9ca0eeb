/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario.h"

#include <cyaml/cyaml.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_BYTES 64
#define REQUIRED CYAML_FLAG_POINTER
#define OPTIONAL (CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL)
#define TEXT(key, flags, structure, member)                                                        \
	CYAML_FIELD_STRING_PTR(key, flags, structure, member, 1, NAME_MAX_BYTES)
#define LIST(key, flags, structure, member, entry)                                                 \
	CYAML_FIELD_SEQUENCE(key, flags, structure, member, entry, 1, SCENARIO_LIST_MAX)

static const cyaml_strval_t transports[] = {
	{"any", SCENARIO_TRANSPORT_ANY},
	{"tcp", SCENARIO_TRANSPORT_TCP},
	{"udp", SCENARIO_TRANSPORT_UDP},
};

static const cyaml_strval_t noises[] = {
	{"even", SCENARIO_NOISE_EVEN},
	{"poisson", SCENARIO_NOISE_POISSON},
	{"bursty", SCENARIO_NOISE_BURSTY},
};

static const cyaml_schema_field_t range_fields[] = {
	TEXT("name", REQUIRED, struct scenario_range, name),
	TEXT("prefix", REQUIRED, struct scenario_range, prefix_text),
	CYAML_FIELD_UINT("hosts", CYAML_FLAG_DEFAULT, struct scenario_range, hosts),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t source_fields[] = {
	CYAML_FIELD_STRING_PTR("file", REQUIRED, struct scenario_source, file, 1, 4096),
	CYAML_FIELD_UINT("port", CYAML_FLAG_OPTIONAL, struct scenario_source, port),
	CYAML_FIELD_ENUM("transport", CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT,
		struct scenario_source, transport, transports, CYAML_ARRAY_LEN(transports)),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t gap_fields[] = {
	TEXT("at", REQUIRED, struct scenario_gap, at_text),
	TEXT("for", REQUIRED, struct scenario_gap, for_text),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t jump_fields[] = {
	TEXT("at", REQUIRED, struct scenario_jump, at_text),
	TEXT("for", REQUIRED, struct scenario_jump, for_text),
	CYAML_FIELD_FLOAT("factor", CYAML_FLAG_DEFAULT, struct scenario_jump, factor),
	CYAML_FIELD_FLOAT_PTR("hosts", OPTIONAL, struct scenario_jump, hosts),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t shift_fields[] = {
	TEXT("at", REQUIRED, struct scenario_shift, at_text),
	TEXT("by", REQUIRED, struct scenario_shift, by_text),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t weight = {
	CYAML_VALUE_FLOAT(CYAML_FLAG_DEFAULT, double),
};

static const cyaml_schema_field_t rhythm_fields[] = {
	TEXT("name", REQUIRED, struct scenario_rhythm, name),
	CYAML_FIELD_SEQUENCE_FIXED("hours", REQUIRED, struct scenario_rhythm, hours, &weight, 24),
	CYAML_FIELD_SEQUENCE_FIXED(
		"weekdays", OPTIONAL, struct scenario_rhythm, weekdays, &weight, 7),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t bursty_fields[] = {
	CYAML_FIELD_FLOAT("spread", CYAML_FLAG_DEFAULT, struct scenario_bursty, spread),
	CYAML_FIELD_FLOAT("memory_h", CYAML_FLAG_DEFAULT, struct scenario_bursty, memory_h),
	CYAML_FIELD_FLOAT("burst", CYAML_FLAG_DEFAULT, struct scenario_bursty, burst),
	CYAML_FIELD_FLOAT("day_spread", CYAML_FLAG_DEFAULT, struct scenario_bursty, day_spread),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t peer = {
	CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, NAME_MAX_BYTES),
};
static const cyaml_schema_value_t source = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct scenario_source, source_fields),
};
static const cyaml_schema_value_t jump = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct scenario_jump, jump_fields),
};

static const cyaml_schema_field_t kind_fields[] = {
	TEXT("name", REQUIRED, struct scenario_kind, name),
	TEXT("watched", OPTIONAL, struct scenario_kind, watched),
	LIST("sources", REQUIRED, struct scenario_kind, sources, &source),
	CYAML_FIELD_FLOAT("flows", CYAML_FLAG_DEFAULT, struct scenario_kind, flows),
	CYAML_FIELD_FLOAT("hosts", CYAML_FLAG_DEFAULT, struct scenario_kind, hosts),
	CYAML_FIELD_FLOAT("pool", CYAML_FLAG_OPTIONAL, struct scenario_kind, pool),
	LIST("peers", OPTIONAL, struct scenario_kind, peers, &peer),
	CYAML_FIELD_UINT("peer_hosts", CYAML_FLAG_OPTIONAL, struct scenario_kind, peer_hosts),
	CYAML_FIELD_UINT("server_port", CYAML_FLAG_OPTIONAL, struct scenario_kind, server_port),
	CYAML_FIELD_UINT("packets", CYAML_FLAG_OPTIONAL, struct scenario_kind, packets),
	TEXT("squeeze", OPTIONAL, struct scenario_kind, squeeze_text),
	TEXT("rhythm", OPTIONAL, struct scenario_kind, rhythm_name),
	CYAML_FIELD_FLOAT("growth", CYAML_FLAG_OPTIONAL, struct scenario_kind, growth_percent),
	CYAML_FIELD_ENUM("noise", CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT, struct scenario_kind,
		noise, noises, CYAML_ARRAY_LEN(noises)),
	CYAML_FIELD_MAPPING_PTR("bursty", OPTIONAL, struct scenario_kind, bursty, bursty_fields),
	LIST("jumps", OPTIONAL, struct scenario_kind, jumps, &jump),
	TEXT("from", OPTIONAL, struct scenario_kind, from_text),
	TEXT("until", OPTIONAL, struct scenario_kind, until_text),
	CYAML_FIELD_BOOL("apart", CYAML_FLAG_OPTIONAL, struct scenario_kind, apart),
	CYAML_FIELD_BOOL("inbound", CYAML_FLAG_OPTIONAL, struct scenario_kind, inbound),
	CYAML_FIELD_BOOL("unanswered", CYAML_FLAG_OPTIONAL, struct scenario_kind, unanswered),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t range = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct scenario_range, range_fields),
};
static const cyaml_schema_value_t rhythm = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct scenario_rhythm, rhythm_fields),
};
static const cyaml_schema_value_t gap = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct scenario_gap, gap_fields),
};
static const cyaml_schema_value_t shift = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct scenario_shift, shift_fields),
};
static const cyaml_schema_value_t kind = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct scenario_kind, kind_fields),
};

static const cyaml_schema_field_t scenario_fields[] = {
	TEXT("start", REQUIRED, struct scenario, start_text),
	TEXT("duration", REQUIRED, struct scenario, duration_text),
	TEXT("utc_offset", OPTIONAL, struct scenario, utc_offset_text),
	CYAML_FIELD_UINT("seed", CYAML_FLAG_OPTIONAL, struct scenario, seed),
	LIST("watched", REQUIRED, struct scenario, watched, &range),
	LIST("rhythms", OPTIONAL, struct scenario, rhythms, &rhythm),
	CYAML_FIELD_SEQUENCE(
		"kinds", REQUIRED, struct scenario, kinds, &kind, 1, SCENARIO_KINDS_MAX),
	LIST("gaps", OPTIONAL, struct scenario, gaps, &gap),
	LIST("shifts", OPTIONAL, struct scenario, shifts, &shift),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t scenario_schema = {
	CYAML_VALUE_MAPPING(REQUIRED, struct scenario, scenario_fields),
};

/* What libcyaml said: its first line is the message, the first one with a place is the innermost.
 */
struct cyaml_words {
	char message[256];
	unsigned line, column;
};

__attribute__((format(printf, 3, 0))) static void keep_words(
	cyaml_log_t level, void *context, const char *format, va_list arguments)
{
	struct cyaml_words *words = context;
	char text[256];

	(void)level;
	vsnprintf(text, sizeof(text), format, arguments);
	text[strcspn(text, "\n")] = '\0';
	if (!*words->message)
		snprintf(words->message, sizeof(words->message), "%s",
			strncmp(text, "Load: ", 6) ? text : text + 6);
	const char *place = strstr(text, "(line: ");
	if (place && !words->line)
		sscanf(place, "(line: %u, column: %u)", &words->line, &words->column);
}

static const cyaml_config_t quiet_config = {
	.mem_fn = cyaml_mem,
	.log_level = CYAML_LOG_ERROR,
};

static int scenario_parse(
	const char *path, struct scenario **ret_scenario, struct complaint *complaint)
{
	struct cyaml_words words = {0};
	cyaml_config_t config = quiet_config;
	void *loaded = NULL;

	config.log_fn = keep_words;
	config.log_ctx = &words;
	cyaml_err_t error = cyaml_load_file(path, &config, &scenario_schema, &loaded, NULL);
	if (error == CYAML_ERR_FILE_OPEN)
		return complain(complaint, errno ? errno : EIO, "%s: %s", path, strerror(errno));
	if (error == CYAML_ERR_OOM)
		return complain(complaint, ENOMEM, "%s: out of memory", path);
	if (error)
		return complain(complaint, EINVAL, "%s:%u:%u: %s", path, words.line, words.column,
			*words.message ? words.message : cyaml_strerror(error));
	if (!loaded)
		return complain(complaint, EINVAL, "%s:1:1: the scenario is empty", path);
	*ret_scenario = loaded;
	return 0;
}

int scenario_load(const char *path, struct scenario **ret_scenario, struct complaint *complaint)
{
	struct scenario *scenario;
	int r = scenario_parse(path, &scenario, complaint);

	if (r)
		return r;
	r = scenario_check(scenario, path, complaint);
	if (r) {
		scenario_free(scenario);
		return r;
	}
	*ret_scenario = scenario;
	return 0;
}

void scenario_free(struct scenario *scenario)
{
	if (!scenario)
		return;
	for (unsigned i = 0; i < scenario->kinds_count; i++)
		free(scenario->kinds[i].peer_prefixes);
	cyaml_free(&quiet_config, &scenario_schema, scenario, 0);
}

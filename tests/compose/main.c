/* SPDX-License-Identifier: Apache-2.0 */
/* compose: a scenario goes in, the capture of a tap comes out. README.md describes both. */
#include "composer.h"
#include "moment.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_RUN_TIME 1
#define EXIT_USAGE 2
#define TRUTH_KEY 256

struct arguments {
	const char *scenario, *output, *truth;
	uint64_t seed;
	bool seed_given, progress;
};

static const struct argp_option options[] = {
	{"seed", 's', "N", 0, "Seed of all randomness; overrides the scenario's", 0},
	{"truth", TRUTH_KEY, "FILE", 0, "Write planned flows and hosts per hour and kind as CSV",
		0},
	{"progress", 'p', NULL, 0, "Show a progress bar on a terminal", 0},
	{0},
};

static void parse_seed(struct arguments *arguments, const char *text, struct argp_state *state)
{
	char *end;

	errno = 0;
	arguments->seed = strtoull(text, &end, 10);
	if (errno || end == text || *end || *text == '-')
		argp_error(state, "--seed: '%s' is not a number", text);
	arguments->seed_given = true;
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	switch (key) {
	case 's':
		parse_seed(arguments, text, state);
		return 0;
	case TRUTH_KEY:
		arguments->truth = text;
		return 0;
	case 'p':
		arguments->progress = true;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num >= 2)
			argp_error(state, "too many arguments: '%s'", text);
		*(state->arg_num ? &arguments->output : &arguments->scenario) = text;
		return 0;
	case ARGP_KEY_END:
		if (!arguments->output)
			argp_error(state, "a scenario and an output file are needed");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.args_doc = "SCENARIO.yaml OUTPUT.pcap",
	.doc = "Examples:\n  compose tests/compose/scenarios/demo.yaml demo.pcap\n"
	       "  compose --seed 7 quiet.yaml - | surgetap replay -\n\v"
	       "Lays flows of real captures out in time as the scenario says. Output \"-\" is "
	       "standard "
	       "output. Exit status: 0 ok, 1 run-time failure, 2 usage or a wrong scenario.",
};

static void print_summary(
	const char *path, const struct writer *writer, const struct composer_result *result)
{
	char first[MOMENT_TEXT_SIZE], last[MOMENT_TEXT_SIZE];

	fprintf(stderr, "%s: %llu packets, %llu flows, %.1f MB, %s to %s", path,
		(unsigned long long)writer->packets, (unsigned long long)result->flows,
		(double)writer->bytes / 1e6, moment_format(writer->first_us, first),
		moment_format(writer->last_us, last));
	if (result->missing)
		fprintf(stderr, ", %llu packets lost in gaps", (unsigned long long)result->missing);
	fputc('\n', stderr);
}

/* Opens the outputs, composes, and closes them again. */
static int compose(const struct arguments *arguments, const struct scenario *scenario,
	struct complaint *complaint)
{
	struct composer_options run = {.progress = arguments->progress};
	struct composer_result result = {0};
	struct writer writer;
	int r;

	if (arguments->truth && !(run.truth = fopen(arguments->truth, "we")))
		return complain(complaint, errno, "%s: %s", arguments->truth, strerror(errno));
	r = writer_open(&writer, arguments->output, complaint);
	if (!r) {
		struct complaint closing;
		r = composer_run(scenario, &run, &writer, &result, complaint);
		int closed = writer_close(&writer, r ? &closing : complaint);
		r = r ? r : closed;
		if (!r)
			print_summary(arguments->output, &writer, &result);
	}
	if (run.truth)
		fclose(run.truth);
	return r;
}

int main(int argc, char **argv)
{
	struct arguments arguments = {0};
	struct complaint complaint;
	struct scenario *scenario;

	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &arguments);
	int r = scenario_load(arguments.scenario, &scenario, &complaint);
	if (r) {
		fprintf(stderr, "compose: %s\n", complaint.text);
		return r == -EINVAL ? EXIT_USAGE : EXIT_RUN_TIME;
	}
	if (arguments.seed_given)
		scenario->seed = arguments.seed;
	r = compose(&arguments, scenario, &complaint);
	if (r)
		fprintf(stderr, "compose: %s\n", complaint.text);
	scenario_free(scenario);
	return r ? EXIT_RUN_TIME : 0;
}

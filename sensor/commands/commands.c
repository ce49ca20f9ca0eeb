/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/commands.h"

#include "base/log.h"
#include "base/nearest.h"

#include <string.h>

const struct command commands[] = {
	{"replay", "[options] PATH...", "find jumps in captures, on packet time",
		{"surgetap replay -w 175.45.176.0/22=star-jv capture.pcap.gz",
			"surgetap replay -c surgetap.yaml --redis redis://localhost:6379/0 "
			"captures/"},
		command_replay},
	{"run", "[options]", "listen on interfaces, live",
		{"surgetap run -i eth1 -w 175.45.176.0/22=star-jv --redis "
		 "redis://localhost:6379/0",
			"surgetap run -c /etc/surgetap/surgetap.yaml"},
		command_run},
	{"flows", "[options] PATH...", "list the flows of captures, with techniques and reasons",
		{"surgetap flows capture.pcap",
			"surgetap flows -w 10.0.0.0/8=office capture.pcapng | jq -c .techniques"},
		command_flows},
	{"score", "[options] FILE.csv", "run the detector over count series from a file",
		{"surgetap score counts.csv", "surgetap score --bucket 3600 --all counts.csv"},
		command_score},
	{"compare", "[options] BEFORE AFTER|INPUT|--redis URL",
		"tell how many times as much a technique is used as before",
		{"surgetap compare -w 192.0.2.0/24=branch january.pcap june.pcap",
			"surgetap compare --redis redis://localhost --before "
			"2026-03-02..2026-03-09 --after 2026-03-09.."},
		command_compare},
	{"report", "--usage FILE|--redis URL --output FILE.html",
		"make a page to look at from counts and alerts",
		{"surgetap report --usage usage.ndjson --alerts alerts.ndjson -o report.html",
			"surgetap report --redis redis://localhost:6379/0 --window 2026-03-01.. -o "
			"report.html"},
		command_report},
	{"dashboard", "[options]", "serve a web page that shows what lies in Redis",
		{"surgetap dashboard --redis redis://localhost:6379/0 --listen 127.0.0.1:8080",
			"surgetap dashboard --listen 192.0.2.7:8080 --token-file "
			"/etc/surgetap/token"},
		command_dashboard},
	{"spool", "--state DIR [--hours] list|count|replay",
		"look at alerts and hours that wait for Redis, or deliver them",
		{"surgetap spool --state /var/lib/surgetap list | jq .alert.signature",
			"surgetap spool --state /var/lib/surgetap --redis redis://other:6379/0 "
			"replay"},
		command_spool},
	{"check-config", "-c FILE", "check a configuration file",
		{"surgetap check-config -c surgetap.yaml",
			"surgetap check-config -c surgetap.yaml && surgetap replay -c "
			"surgetap.yaml captures/"},
		command_check_config},
	{"plugins", "[options]", "list the plugins and the techniques they report",
		{"surgetap plugins", "surgetap plugins --json --plugin ./mine.so"},
		command_plugins},
	{"completion", "bash", "print a completion script for a shell",
		{"source <(surgetap completion bash)",
			"surgetap completion bash >/etc/bash_completion.d/surgetap"},
		command_completion},
	{"version", "", "print the versions of the program and of its libraries",
		{"surgetap version", "surgetap version | grep nDPI"}, command_version},
	{"help", "[COMMAND]", "show this list, or the help of a command",
		{"surgetap help", "surgetap help replay"}, command_help},
	{.name = NULL},
};

const struct command *command_find(const char *name)
{
	for (const struct command *command = commands; command->name; command++)
		if (strcmp(command->name, name) == 0)
			return command;
	return NULL;
}

void command_suggest(const char *name)
{
	const char *names[sizeof(commands) / sizeof(commands[0])] = {NULL}, *nearest;

	for (size_t i = 0; commands[i].name; i++)
		names[i] = commands[i].name;
	nearest = nearest_word(name, names);
	if (nearest)
		log_error("unknown command '%s', did you mean '%s'?", name, nearest);
	else
		log_error("unknown command '%s', see 'surgetap help'", name);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/delivery.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define HEARTBEAT_TTL_S "60"
#define KEY_SIZE 512

/* A command in the making. */
struct command {
	const char *arguments[8 + ENTRY_STRINGS_MAX];
	size_t count;
	char key[KEY_SIZE], number[24];
};

static void say(struct command *command, const char *argument)
{
	command->arguments[command->count++] = argument;
}

static void say_key(struct command *command, const struct delivery *delivery, const char *name)
{
	snprintf(command->key, sizeof command->key, "%s%s", delivery->prefix, name);
	say(command, command->key);
}

static void say_fields(struct command *command, const struct entry *entry)
{
	const char *strings[ENTRY_STRINGS_MAX];
	size_t count = entry_list(entry, strings, ENTRY_STRINGS_MAX);
	for (size_t i = 2; i < count; i++)
		say(command, strings[i]);
}

static const char *id_of(const struct entry *entry)
{
	return entry->strings + strlen(entry->strings) + 1;
}

static void build_add(
	struct command *command, const struct delivery *delivery, const struct entry *entry)
{
	const uint64_t limits[ENTRY_KINDS] = {
		[ENTRY_ALERT] = delivery->alerts_maxlen,
		[ENTRY_HOUR] = delivery->usage_hour_maxlen,
		[ENTRY_MINUTE] = delivery->usage_maxlen,
	};
	uint64_t maxlen = limits[entry->kind];
	say(command, "XADD");
	say_key(command, delivery, entry->strings);
	if (maxlen > 0) {
		snprintf(command->number, sizeof command->number, "%" PRIu64, maxlen);
		say(command, "MAXLEN");
		say(command, "~");
		say(command, command->number);
	}
	say(command, id_of(entry));
	say_fields(command, entry);
}

static void build_publish(
	struct command *command, const struct delivery *delivery, const struct entry *entry)
{
	say(command, "PUBLISH");
	say(command, delivery->channel);
	say(command, entry_last(entry));
}

static void build_push(
	struct command *command, const struct delivery *delivery, const struct entry *entry)
{
	say(command, "RPUSH");
	say(command, delivery->list);
	say(command, entry_last(entry));
}

static void build_trim(
	struct command *command, const struct delivery *delivery, const struct entry *entry)
{
	(void)entry;
	snprintf(command->number, sizeof command->number, "-%" PRIu64,
		delivery->alerts_maxlen ? delivery->alerts_maxlen : (uint64_t)INT64_MAX);
	say(command, "LTRIM");
	say(command, delivery->list);
	say(command, command->number);
	say(command, "-1");
}

static void build_hash(
	struct command *command, const struct delivery *delivery, const struct entry *entry)
{
	say(command, "HSET");
	say_key(command, delivery, entry->strings);
	say_fields(command, entry);
}

static void build_expire(
	struct command *command, const struct delivery *delivery, const struct entry *entry)
{
	say(command, "EXPIRE");
	say_key(command, delivery, entry->strings);
	say(command, HEARTBEAT_TTL_S);
}

static void build_score(
	struct command *command, const struct delivery *delivery, const struct entry *entry)
{
	say(command, "ZADD");
	say_key(command, delivery, "sensors");
	say(command, id_of(entry));
	say(command, delivery->sensor);
}

static bool has_channel(const struct delivery *delivery)
{
	return delivery->channel != NULL;
}

static bool has_list(const struct delivery *delivery)
{
	return delivery->list != NULL;
}

/* What is said for each kind of entry, in this order. */
static const struct step {
	unsigned kinds;                                  /* bit set of the kinds of entry */
	bool (*wanted)(const struct delivery *delivery); /* NULL: always */
	void (*build)(struct command *command, const struct delivery *delivery,
		const struct entry *entry);
	enum redis_reply reply;
	bool decides; /* its verdict is the entry's */
} steps[] = {
	{1u << ENTRY_ALERT | 1u << ENTRY_HOUR | 1u << ENTRY_MINUTE, NULL, build_add, REDIS_ID,
		true},
	{1u << ENTRY_ALERT, has_channel, build_publish, REDIS_INTEGER, false},
	{1u << ENTRY_ALERT, has_list, build_push, REDIS_INTEGER, false},
	{1u << ENTRY_ALERT, has_list, build_trim, REDIS_STATUS, false},
	{1u << ENTRY_HEARTBEAT, NULL, build_hash, REDIS_INTEGER, true},
	{1u << ENTRY_HEARTBEAT, NULL, build_expire, REDIS_INTEGER, false},
	{1u << ENTRY_HEARTBEAT, NULL, build_score, REDIS_INTEGER, false},
};
#define STEPS (sizeof steps / sizeof *steps)

static bool is_wanted(
	const struct step *step, const struct delivery *delivery, const struct entry *entry)
{
	return (step->kinds >> entry->kind & 1) && (!step->wanted || step->wanted(delivery));
}

int delivery_send(struct delivery *delivery, struct redis *redis, const struct entry *entry)
{
	for (size_t i = 0; i < STEPS; i++) {
		struct command command;
		if (!is_wanted(&steps[i], delivery, entry))
			continue;
		command.count = 0;
		steps[i].build(&command, delivery, entry);
		if (redis_send(redis, command.count, command.arguments) < 0)
			return -1;
	}
	return 0;
}

int delivery_receive(struct delivery *delivery, struct redis *redis, const struct entry *entry,
	enum redis_verdict *ret_verdict)
{
	enum redis_verdict verdict = REDIS_DONE;
	for (size_t i = 0; i < STEPS; i++) {
		enum redis_verdict found;
		if (!is_wanted(&steps[i], delivery, entry))
			continue;
		if (redis_receive(redis, steps[i].reply, &found) < 0)
			return -1;
		delivery->errors += found != REDIS_DONE && found != REDIS_REPEATED;
		if (steps[i].decides)
			verdict = found;
	}
	*ret_verdict = verdict;
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/witness.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 8

/* Makes room for one more; -ENOSPC when the sample is full. */
static int make_room(struct witness *witness)
{
	if (witness->count < witness->room)
		return 0;
	if (witness->room == WITNESS_FLOWS)
		return -ENOSPC;
	uint32_t room = witness->room ? 2 * witness->room : FIRST_ROOM;
	struct witness_flow *larger = realloc(witness->sample, room * sizeof *larger);
	if (!larger)
		return -ENOMEM;
	witness->sample = larger;
	witness->room = room;
	return 0;
}

/* Puts `flow` into the hole at `place`, towards the top as far as it is larger. */
static void sift_up(struct witness_flow *heap, uint32_t place, const struct witness_flow *flow)
{
	while (place > 0 && heap[(place - 1) / 2].id < flow->id) {
		heap[place] = heap[(place - 1) / 2];
		place = (place - 1) / 2;
	}
	heap[place] = *flow;
}

/* Replaces the largest one, at the top. */
static void replace_top(struct witness_flow *heap, uint32_t count, const struct witness_flow *flow)
{
	uint32_t place = 0;
	for (;;) {
		uint32_t child = 2 * place + 1;
		if (child >= count)
			break;
		if (child + 1 < count && heap[child + 1].id > heap[child].id)
			child++;
		if (heap[child].id <= flow->id)
			break;
		heap[place] = heap[child];
		place = child;
	}
	heap[place] = *flow;
}

static int sample_flow(struct witness *witness, const struct witness_flow *flow)
{
	int error = make_room(witness);
	if (error == 0)
		sift_up(witness->sample, witness->count++, flow);
	else if (error == -ENOSPC && flow->id < witness->sample[0].id)
		replace_top(witness->sample, witness->count, flow);
	return error == -ENOMEM ? error : 0;
}

int witness_add(struct witness *witness, const struct witness_flow *flow)
{
	witness->flows++;
	return sample_flow(witness, flow);
}

static bool is_later(const struct witness_example *a, const struct witness_example *b)
{
	return a->time_us != b->time_us ? a->time_us > b->time_us : a->flow_id > b->flow_id;
}

void witness_show(struct witness *witness, const struct witness_example *example)
{
	uint32_t place = witness->example_count;
	while (place > 0 && is_later(example, &witness->examples[place - 1]))
		place--;
	if (place == WITNESS_EXAMPLES)
		return;
	if (witness->example_count < WITNESS_EXAMPLES)
		witness->example_count++;
	for (uint32_t i = witness->example_count - 1; i > place; i--)
		witness->examples[i] = witness->examples[i - 1];
	witness->examples[place] = *example;
}

int witness_merge(struct witness *witness, const struct witness *from)
{
	int error = 0;
	witness->flows += from->flows;
	for (uint32_t i = 0; i < from->count && error == 0; i++)
		error = sample_flow(witness, &from->sample[i]);
	for (uint32_t i = 0; i < from->example_count; i++)
		witness_show(witness, &from->examples[i]);
	return error;
}

static void save_endpoint(const struct surgetap_endpoint *endpoint, struct pack_writer *writer)
{
	pack_put_bytes(writer, endpoint->address.bytes, sizeof endpoint->address.bytes);
	pack_put_u16(writer, endpoint->port);
}

static struct surgetap_endpoint load_endpoint(struct pack_reader *reader)
{
	struct surgetap_endpoint endpoint = {.port = 0};
	pack_get_bytes(reader, endpoint.address.bytes, sizeof endpoint.address.bytes);
	endpoint.port = pack_get_u16(reader);
	return endpoint;
}

static void save_example(const struct witness_example *example, struct pack_writer *writer)
{
	pack_put_i64(writer, example->time_us);
	save_endpoint(&example->client, writer);
	save_endpoint(&example->server, writer);
	pack_put_u64(writer, example->flow_id);
	pack_put_u16(writer, example->icmp_type_code);
	pack_put_u8(writer, example->ip_version);
	pack_put_u8(writer, example->transport);
	pack_put_text(writer, example->protocol);
	pack_put_text(writer, example->reason);
}

static void load_example(struct witness_example *example, struct pack_reader *reader)
{
	example->time_us = pack_get_i64(reader);
	example->client = load_endpoint(reader);
	example->server = load_endpoint(reader);
	example->flow_id = pack_get_u64(reader);
	example->icmp_type_code = pack_get_u16(reader);
	example->ip_version = pack_get_u8(reader);
	example->transport = pack_get_u8(reader);
	pack_get_text(reader, example->protocol, sizeof example->protocol);
	pack_get_text(reader, example->reason, sizeof example->reason);
}

void witness_save(const struct witness *witness, struct pack_writer *writer)
{
	pack_put_u64(writer, witness->flows);
	pack_put_u32(writer, witness->count);
	for (uint32_t i = 0; i < witness->count; i++) {
		const struct witness_flow *flow = &witness->sample[i];
		pack_put_u64(writer, flow->id);
		pack_put_bytes(writer, flow->host.bytes, sizeof flow->host.bytes);
		pack_put_bytes(writer, flow->peer.bytes, sizeof flow->peer.bytes);
	}
	pack_put_u32(writer, witness->example_count);
	for (uint32_t i = 0; i < witness->example_count; i++)
		save_example(&witness->examples[i], writer);
}

int witness_load(struct witness *witness, struct pack_reader *reader)
{
	int error = 0;
	witness->flows = pack_get_u64(reader);
	uint32_t count = pack_get_count(reader, WITNESS_FLOWS);
	for (uint32_t i = 0; i < count; i++) {
		struct witness_flow flow = {.id = pack_get_u64(reader)};
		pack_get_bytes(reader, flow.host.bytes, sizeof flow.host.bytes);
		pack_get_bytes(reader, flow.peer.bytes, sizeof flow.peer.bytes);
		if (error == 0)
			error = sample_flow(witness, &flow);
	}
	witness->example_count = pack_get_count(reader, WITNESS_EXAMPLES);
	for (uint32_t i = 0; i < witness->example_count; i++)
		load_example(&witness->examples[i], reader);
	return error;
}

void witness_clear(struct witness *witness)
{
	witness->flows = 0;
	witness->count = witness->example_count = 0;
}

void witness_done(struct witness *witness)
{
	free(witness->sample);
	*witness = (struct witness){0};
}

static int compare_addresses(const void *left, const void *right)
{
	return memcmp(left, right, sizeof(struct surgetap_address));
}

static int compare_entries(const void *left, const void *right)
{
	const struct witness_entry *a = left, *b = right;
	if (a->flows != b->flows)
		return a->flows < b->flows ? 1 : -1;
	return compare_addresses(&a->address, &b->address);
}

uint32_t witness_top(const struct witness *witness, enum witness_side side,
	struct witness_entry *ret_entries, uint32_t max)
{
	struct surgetap_address addresses[WITNESS_FLOWS] = {0};
	struct witness_entry entries[WITNESS_FLOWS] = {0};
	uint32_t count = 0;
	for (uint32_t i = 0; i < witness->count; i++)
		addresses[i] =
			side == WITNESS_HOSTS ? witness->sample[i].host : witness->sample[i].peer;
	qsort(addresses, witness->count, sizeof *addresses, compare_addresses);
	for (uint32_t i = 0; i < witness->count; i++) {
		if (count == 0 || compare_addresses(&entries[count - 1].address, &addresses[i]))
			entries[count++] = (struct witness_entry){addresses[i], 0};
		entries[count - 1].flows++;
	}
	qsort(entries, count, sizeof *entries, compare_entries);
	for (uint32_t i = 0; i < count && i < max; i++) {
		/* Each sampled flow stands for flows / count of them; rounded. */
		entries[i].flows = (2 * entries[i].flows * witness->flows + witness->count) /
				   (2 * witness->count);
		ret_entries[i] = entries[i];
	}
	return count < max ? count : max;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/siphash.h"

#define NONE UINT32_MAX
#define SECOND_US INT64_C(1000000)
#define TCP 6
#define SYSTEM_PORTS 1024
#define DRAWN_PORT_MIN 32768 /* of Linux; RFC 6335 begins at 49152 */
#define CACHE_LINE 64

enum { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_ACK = 16 };

/* Newest at the head, oldest at the tail. */
struct life_list {
	uint32_t newest, oldest;
};

struct flow_table {
	struct flow *flows;
	uint32_t *heads; /* first flow of each hash bucket */
	uint32_t head_mask, capacity;
	uint32_t used;  /* flows ever handed out: those beyond were never touched */
	uint32_t spare; /* first flow of the chain of returned ones */
	struct life_list lives[FLOW_LIVES];
	struct siphash_key key;
	flow_ended *ended;
	void *argument;
	struct flow_table_stats stats;
};

/* Suricata's defaults for new, closed and established flows (its flow-timeouts, in seconds). */
static const int64_t timeouts_us[FLOW_LIVES] = {
	[FLOW_LIFE_UNANSWERED] = 60 * SECOND_US,
	[FLOW_LIFE_CLOSED] = 60 * SECOND_US,
	[FLOW_LIFE_DATAGRAM] = 300 * SECOND_US,
	[FLOW_LIFE_STREAM] = 600 * SECOND_US,
};

int64_t flow_life_timeout_us(enum flow_life life)
{
	return timeouts_us[life];
}

int flow_table_new(uint32_t capacity, uint64_t seed, flow_ended *ended, void *argument,
	struct flow_table **ret_table)
{
	uint32_t heads = 1;
	if (capacity == 0 || capacity > 1u << 30)
		return -EINVAL;
	while (heads < capacity)
		heads *= 2;
	struct flow_table *table = calloc(1, sizeof *table);
	if (!table)
		return -ENOMEM;
	table->flows = calloc(capacity, sizeof *table->flows);
	table->heads = malloc(heads * sizeof *table->heads);
	if (!table->flows || !table->heads) {
		flow_table_free(table);
		return -ENOMEM;
	}
	memset(table->heads, 0xff, heads * sizeof *table->heads);
	for (int life = 0; life < FLOW_LIVES; life++)
		table->lives[life] = (struct life_list){NONE, NONE};
	table->head_mask = heads - 1;
	table->capacity = capacity;
	table->spare = NONE;
	table->key = siphash_key_from_seed(seed);
	table->ended = ended;
	table->argument = argument;
	*ret_table = table;
	return 0;
}

void flow_table_free(struct flow_table *table)
{
	if (!table)
		return;
	free(table->flows);
	free(table->heads);
	free(table);
}

static void list_remove(struct flow_table *table, struct flow *flow)
{
	struct life_list *list = &table->lives[flow->life];
	if (flow->newer != NONE)
		table->flows[flow->newer].older = flow->older;
	else
		list->newest = flow->older;
	if (flow->older != NONE)
		table->flows[flow->older].newer = flow->newer;
	else
		list->oldest = flow->newer;
}

static void list_push(
	struct flow_table *table, struct flow *flow, enum flow_life life, int64_t now_us)
{
	struct life_list *list = &table->lives[life];
	uint32_t index = (uint32_t)(flow - table->flows);
	flow->life = (uint8_t)life;
	flow->listed_us = now_us;
	flow->newer = NONE;
	flow->older = list->newest;
	if (list->newest != NONE)
		table->flows[list->newest].newer = index;
	else
		list->oldest = index;
	list->newest = index;
}

static void chain_remove(struct flow_table *table, const struct flow *flow)
{
	uint32_t index = (uint32_t)(flow - table->flows);
	uint32_t *link = &table->heads[flow->hash & table->head_mask];
	while (*link != index)
		link = &table->flows[*link].next;
	*link = flow->next;
}

static void end_flow(struct flow_table *table, struct flow *flow, enum flow_end reason)
{
	table->ended(table->argument, flow, reason);
	table->stats.ended[reason]++;
	if (reason == FLOW_END_EVICTED)
		table->stats.evicted[flow->life]++;
	table->stats.active--;
	list_remove(table, flow);
	chain_remove(table, flow);
	flow->next = table->spare;
	table->spare = (uint32_t)(flow - table->flows);
}

static struct flow *allocate_flow(struct flow_table *table)
{
	if (table->spare == NONE && table->used == table->capacity) {
		int life = FLOW_LIFE_UNANSWERED;
		while (table->lives[life].oldest == NONE)
			life++;
		end_flow(table, &table->flows[table->lives[life].oldest], FLOW_END_EVICTED);
	}
	if (table->spare == NONE)
		return &table->flows[table->used++];
	struct flow *flow = &table->flows[table->spare];
	table->spare = flow->next;
	return flow;
}

/* True when the sender of a flow's first packet is its client: by SYN, by port, or by coming first.
 */
static bool sender_is_client(const struct packet *packet)
{
	if (packet->transport == TCP && packet->tcp_flags & TCP_SYN)
		return !(packet->tcp_flags & TCP_ACK);
	if (!flow_has_ports(packet->transport))
		return true;
	/* Joined in the middle: a system port (RFC 6335) against a higher one is the server's, and
	 * so is any other of TCP against one that systems draw for clients. Programs that speak UDP
	 * among equals keep a port of their own for both. */
	return !(packet->source_port < SYSTEM_PORTS && packet->destination_port >= SYSTEM_PORTS) &&
	       !(packet->transport == TCP && packet->source_port < DRAWN_PORT_MIN &&
		       packet->destination_port >= DRAWN_PORT_MIN);
}

static struct flow *add_flow(struct flow_table *table, const struct flow_key *key, uint32_t hash,
	const struct packet *packet, bool source_is_high, int64_t now_us)
{
	struct flow *flow = allocate_flow(table);
	uint32_t *head = &table->heads[hash & table->head_mask];
	bool from_client = sender_is_client(packet);
	bool opens = packet->transport != TCP || packet->tcp_flags & TCP_SYN;
	*flow = (struct flow){
		.key = *key,
		.hash = hash,
		.next = *head,
		.start_us = packet->time_us,
		.range = UINT32_MAX,
		.inspection = FLOW_NO_INSPECTION,
		.minute = UINT32_MAX,
		.client_is_high = source_is_high == from_client,
		.complete = opens,
	};
	if (!flow_has_ports(packet->transport))
		flow->icmp_type_code =
			(uint16_t)(packet->source_port << 8 | (packet->destination_port & 255));
	*head = (uint32_t)(flow - table->flows);
	list_push(table, flow, FLOW_LIFE_UNANSWERED, now_us);
	table->stats.created++;
	if (++table->stats.active > table->stats.active_max)
		table->stats.active_max = table->stats.active;
	return flow;
}

static struct flow *find_flow(struct flow_table *table, const struct flow_key *key, uint32_t hash)
{
	for (uint32_t i = table->heads[hash & table->head_mask]; i != NONE;
		i = table->flows[i].next) {
		struct flow *flow = &table->flows[i];
		if (flow->hash == hash && memcmp(&flow->key, key, sizeof *key) == 0)
			return flow;
	}
	return NULL;
}

void flow_table_foresee(const struct flow_table *table, uint32_t hash)
{
	__builtin_prefetch(&table->heads[hash & table->head_mask]);
}

void flow_table_fetch(const struct flow_table *table, uint32_t hash)
{
	uint32_t first = table->heads[hash & table->head_mask];
	if (first == NONE)
		return;
	const uint8_t *flow = (const uint8_t *)&table->flows[first];
	for (size_t at = 0; at < sizeof(struct flow); at += CACHE_LINE)
		__builtin_prefetch(flow + at, 1);
}

const struct flow *flow_table_peek(const struct flow_table *table, uint32_t hash)
{
	uint32_t first = table->heads[hash & table->head_mask];
	return first != NONE && table->flows[first].hash == hash ? &table->flows[first] : NULL;
}

void flow_table_each(const struct flow_table *table,
	void (*show)(void *argument, const struct flow *flow), void *argument)
{
	for (int life = 0; life < FLOW_LIVES; life++)
		for (uint32_t i = table->lives[life].oldest; i != NONE; i = table->flows[i].newer)
			show(argument, &table->flows[i]);
}

bool flow_table_resume(struct flow_table *table, const struct flow *saved)
{
	uint32_t hash = flow_key_place(flow_key_hash(&table->key, &saved->key));
	uint32_t *head = &table->heads[hash & table->head_mask];
	if (table->used == table->capacity || find_flow(table, &saved->key, hash))
		return false;
	struct flow *flow = &table->flows[table->used++];
	*flow = *saved;
	flow->hash = hash;
	flow->next = *head;
	*head = (uint32_t)(flow - table->flows);
	list_push(table, flow, (enum flow_life)flow->life, flow->listed_us);
	if (++table->stats.active > table->stats.active_max)
		table->stats.active_max = table->stats.active;
	return true;
}

/* A RST refuses and a bare FIN says good-bye; neither is an answer. */
static bool is_answer(const struct packet *packet)
{
	return packet->transport != TCP ||
	       (!(packet->tcp_flags & TCP_RST) &&
		       (packet->tcp_flags & TCP_SYN || packet->payload_bytes > 0));
}

static enum flow_life life_after(struct flow *flow, const struct packet *packet, bool from_client)
{
	if (!flow->answered && !from_client && flow->packets[0] > 0)
		flow->answered = is_answer(packet);
	/* Joined in the middle, the server's side may come first: the client's data answers it. */
	else if (!flow->answered && from_client && flow->packets[1] > 0)
		flow->answered = is_answer(packet);
	if (flow->key.transport != TCP)
		return flow->answered ? FLOW_LIFE_DATAGRAM : FLOW_LIFE_UNANSWERED;
	if (packet->tcp_flags & TCP_FIN)
		flow->fins |= from_client ? 1 : 2;
	if (flow->fins == 3 || packet->tcp_flags & TCP_RST || flow->life == FLOW_LIFE_CLOSED)
		return flow->answered ? FLOW_LIFE_CLOSED : FLOW_LIFE_UNANSWERED;
	return flow->answered ? FLOW_LIFE_STREAM : FLOW_LIFE_UNANSWERED;
}

static void count_packet(struct flow_table *table, struct flow *flow, const struct packet *packet,
	bool from_client, int64_t now_us)
{
	enum flow_life life = life_after(flow, packet, from_client);
	flow->packets[from_client ? 0 : 1]++;
	flow->bytes[from_client ? 0 : 1] += packet->wire_bytes;
	flow->last_us = packet->time_us;
	/* Lists are exact to a second, which saves the moves within it. */
	if (life != flow->life || now_us - flow->listed_us >= SECOND_US) {
		list_remove(table, flow);
		list_push(table, flow, life, now_us);
	}
}

static bool is_over(const struct flow *flow, const struct packet *packet, int64_t now_us,
	enum flow_end *ret_reason)
{
	if (now_us - flow->listed_us > timeouts_us[flow->life]) {
		*ret_reason = FLOW_END_IDLE;
		return true;
	}
	*ret_reason = FLOW_END_REUSED;
	bool opens = (packet->tcp_flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
	return packet->transport == TCP && opens && flow->life == FLOW_LIFE_CLOSED;
}

struct flow *flow_table_take(struct flow_table *table, const struct packet *packet, uint32_t hash,
	int64_t now_us, bool *ret_is_new, bool *ret_from_client)
{
	struct flow_key key;
	enum flow_end reason;
	bool source_is_high = flow_key_make(packet, &key);
	struct flow *flow = find_flow(table, &key, hash);
	if (flow && is_over(flow, packet, now_us, &reason)) {
		end_flow(table, flow, reason);
		flow = NULL;
	}
	*ret_is_new = !flow;
	if (!flow)
		flow = add_flow(table, &key, hash, packet, source_is_high, now_us);
	*ret_from_client = source_is_high == flow->client_is_high;
	count_packet(table, flow, packet, *ret_from_client, now_us);
	return flow;
}

void flow_table_expire(struct flow_table *table, int64_t now_us)
{
	for (int life = 0; life < FLOW_LIVES; life++) {
		uint32_t oldest = table->lives[life].oldest;
		while (oldest != NONE &&
			now_us - table->flows[oldest].listed_us > timeouts_us[life]) {
			end_flow(table, &table->flows[oldest], FLOW_END_IDLE);
			oldest = table->lives[life].oldest;
		}
	}
}

void flow_table_sift(
	struct flow_table *table, bool (*keeps)(void *argument, struct flow *flow), void *argument)
{
	for (int life = 0; life < FLOW_LIVES; life++)
		for (uint32_t next, i = table->lives[life].oldest; i != NONE; i = next) {
			struct flow *flow = &table->flows[i];
			next = flow->newer;
			if (!keeps(argument, flow))
				end_flow(table, flow, FLOW_END_UNWATCHED);
		}
}

void flow_table_end_all(struct flow_table *table)
{
	for (int life = 0; life < FLOW_LIVES; life++)
		while (table->lives[life].oldest != NONE)
			end_flow(table, &table->flows[table->lives[life].oldest], FLOW_END_CAPTURE);
}

void flow_table_stats(const struct flow_table *table, struct flow_table_stats *ret_stats)
{
	*ret_stats = table->stats;
}

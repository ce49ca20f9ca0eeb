/* SPDX-License-Identifier: Apache-2.0 */
#include "template.h"
#include "frame.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#define ENDING_MAX 5 /* FIN and RST packets kept beyond the limit, and the very last packet */
#define TCP_FLAGS_OFFSET 13
#define TCP_FIN_RST 0x05

/* One source on its way into the set. */
struct reader {
	const struct scenario_source *source;
	struct template_set *set;
	size_t first; /* where this source's flows begin in the set */
	uint64_t packet_number;
};

static bool address_is_same(const struct address *a, const struct address *b)
{
	return a->version == b->version && !memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

static bool template_matches(
	const struct template *flow, const struct segment *segment, bool *ret_from_server)
{
	if (flow->transport != segment->transport || (segment->opens && flow->closed))
		return false;
	*ret_from_server = segment->source_port == flow->server_port &&
			   segment->destination_port == flow->client_port &&
			   address_is_same(&segment->source, &flow->server) &&
			   address_is_same(&segment->destination, &flow->client);
	return *ret_from_server || (segment->source_port == flow->client_port &&
					   segment->destination_port == flow->server_port &&
					   address_is_same(&segment->source, &flow->client) &&
					   address_is_same(&segment->destination, &flow->server));
}

/* Newest first: where a capture uses a pair of ports twice, packets go to the later flow. */
static struct template *find_flow(
	const struct reader *reader, const struct segment *segment, bool *ret_from_server)
{
	for (size_t i = reader->set->count; i > reader->first; i--) {
		struct template *flow = &reader->set->flows[i - 1];
		if (template_matches(flow, segment, ret_from_server))
			return flow;
	}
	return NULL;
}

static struct template *add_flow(struct reader *reader, const struct segment *segment,
	int64_t time_us, bool *ret_from_server)
{
	struct template_set *set = reader->set;
	uint16_t port = reader->source->port;
	bool turned = !segment->opens && port && segment->source_port == port &&
		      segment->destination_port != port;

	if (set->count == TEMPLATE_FLOWS_MAX)
		return NULL;
	if (!set->flows && !(set->flows = calloc(TEMPLATE_FLOWS_MAX, sizeof(*set->flows))))
		return NULL;
	struct template *flow = &set->flows[set->count++];
	flow->client = turned ? segment->destination : segment->source;
	flow->server = turned ? segment->source : segment->destination;
	flow->client_port = turned ? segment->destination_port : segment->source_port;
	flow->server_port = turned ? segment->source_port : segment->destination_port;
	flow->transport = segment->transport;
	flow->start_us = time_us;
	*ret_from_server = turned;
	return flow;
}

static int add_packet(struct template_set *set, struct template *flow,
	const struct segment *segment, int64_t offset_us, bool from_server)
{
	size_t checksum = segment->transport == FRAME_TCP ? 16 : 6;
	uint8_t *bytes;

	if (flow->count == flow->capacity) {
		uint32_t capacity = flow->capacity ? 2 * flow->capacity : 16;
		void *grown = reallocarray(flow->packets, capacity, sizeof(*flow->packets));
		if (!grown)
			return -ENOMEM;
		flow->packets = grown;
		flow->capacity = capacity;
	}
	if (set->bytes + segment->length > TEMPLATE_BYTES_MAX)
		return -E2BIG;
	if (!(bytes = malloc(segment->length)))
		return -ENOMEM;
	memcpy(bytes, segment->bytes, segment->length);
	memset(bytes, 0, 4);
	memset(bytes + checksum, 0, 2);
	uint32_t sum = 0;
	for (size_t i = 0; i < segment->length; i++)
		sum += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
	/* A clock that was set back during the capture must not set ours back. */
	if (flow->count && offset_us < flow->packets[flow->count - 1].offset_us)
		offset_us = flow->packets[flow->count - 1].offset_us;
	flow->packets[flow->count++] = (struct template_packet){.offset_us = offset_us,
		.bytes = bytes,
		.length = segment->length,
		.from_server = from_server,
		.sum = sum};
	flow->closed |= segment->closes;
	set->bytes += segment->length;
	return 0;
}

static bool source_wants(const struct scenario_source *source, const struct segment *segment)
{
	if (source->transport && source->transport != segment->transport)
		return false;
	return !source->port || segment->source_port == source->port ||
	       segment->destination_port == source->port;
}

static int read_packet(struct reader *reader, const struct segment *segment, int64_t time_us,
	struct complaint *complaint)
{
	const char *file = reader->source->file;
	bool from_server = false;
	struct template *flow = find_flow(reader, segment, &from_server);

	if (!flow)
		flow = add_flow(reader, segment, time_us, &from_server);
	if (!flow)
		return complain(
			complaint, E2BIG, "%s: more than %d flows", file, TEMPLATE_FLOWS_MAX);
	int r = add_packet(reader->set, flow, segment, time_us - flow->start_us, from_server);
	if (r == -E2BIG)
		complain(complaint, E2BIG, "%s: more than %d bytes of flows", file,
			TEMPLATE_BYTES_MAX);
	else if (r)
		complain(complaint, ENOMEM, "%s: out of memory", file);
	return r;
}

static int read_packets(struct reader *reader, pcap_t *pcap, struct complaint *complaint)
{
	const char *file = reader->source->file;
	struct pcap_pkthdr *header;
	const uint8_t *data;
	struct segment segment;
	int link_type = pcap_datalink(pcap), got;

	if (!frame_link_is_known(link_type))
		return complain(complaint, EPROTO, "%s: link type %d can not be composed from",
			file, link_type);
	while ((got = pcap_next_ex(pcap, &header, &data)) == 1) {
		reader->packet_number++;
		int r = frame_parse(link_type, data, header->caplen, header->len, &segment);
		if (r == -EMSGSIZE)
			return complain(complaint, EMSGSIZE, "%s: packet %lu is cut short", file,
				(unsigned long)reader->packet_number);
		if (r || !source_wants(reader->source, &segment))
			continue;
		int64_t time_us = (int64_t)header->ts.tv_sec * 1000000 + header->ts.tv_usec;
		r = read_packet(reader, &segment, time_us, complaint);
		if (r)
			return r;
	}
	if (got == PCAP_ERROR)
		return complain(complaint, EIO, "%s: after packet %lu: %s", file,
			(unsigned long)reader->packet_number, pcap_geterr(pcap));
	if (reader->set->count == reader->first)
		return complain(
			complaint, ENODATA, "%s: no flow matches the source's filter", file);
	return 0;
}

static int read_source(
	const struct scenario_source *source, struct template_set *set, struct complaint *complaint)
{
	struct reader reader = {.source = source, .set = set, .first = set->count};
	char error[PCAP_ERRBUF_SIZE];
	pcap_t *pcap = pcap_open_offline(source->file, error);

	if (!pcap)
		return complain(complaint, ENOENT, "%s%s%s",
			strstr(error, source->file) ? "" : source->file,
			strstr(error, source->file) ? "" : ": ", error);
	int r = read_packets(&reader, pcap, complaint);
	pcap_close(pcap);
	return r;
}

static bool packet_closes(const struct template_packet *packet)
{
	return packet->bytes[TCP_FLAGS_OFFSET] & TCP_FIN_RST;
}

/* Keeps `limit` packets: the first ones and, of a TCP flow that was closed, its end. */
static void cut_packets(struct template *flow, uint32_t limit)
{
	uint32_t ending[ENDING_MAX], endings = 0;

	if (!limit || flow->count <= limit)
		return;
	for (uint32_t i = flow->count; flow->closed && i > 0; i--)
		if ((i == flow->count || packet_closes(&flow->packets[i - 1])) &&
			endings < ENDING_MAX && endings + 1 < limit)
			ending[endings++] = i - 1;
	uint32_t kept = limit - endings, next = kept;
	for (uint32_t i = kept; i < flow->count; i++) {
		bool ends = false;
		for (uint32_t k = 0; k < endings; k++)
			ends |= ending[k] == i;
		if (ends)
			flow->packets[next++] = flow->packets[i];
		else
			free(flow->packets[i].bytes);
	}
	flow->count = next;
}

static int64_t template_duration_us(const struct template *flow)
{
	return flow->packets[flow->count - 1].offset_us;
}

static void squeeze_packets(struct template *flow, int64_t longest_us)
{
	int64_t duration_us = template_duration_us(flow);

	if (!longest_us || duration_us <= longest_us)
		return;
	for (uint32_t i = 0; i < flow->count; i++)
		flow->packets[i].offset_us =
			(int64_t)((__int128)flow->packets[i].offset_us * longest_us / duration_us);
}

int template_set_load(
	const struct scenario_kind *kind, struct template_set *set, struct complaint *complaint)
{
	*set = (struct template_set){0};
	for (unsigned i = 0; i < kind->sources_count; i++) {
		int r = read_source(&kind->sources[i], set, complaint);
		if (r)
			return r;
	}
	for (size_t i = 0; i < set->count; i++) {
		struct template *flow = &set->flows[i];
		cut_packets(flow, kind->packets);
		squeeze_packets(flow, kind->squeeze_us);
		if (template_duration_us(flow) > set->longest_us)
			set->longest_us = template_duration_us(flow);
		if (!kind->peers_count && flow->server.version != kind->range->prefix.base.version)
			return complain(complaint, EINVAL,
				"kind %s: a captured peer is of another family than range %s: give "
				"peers",
				kind->name, kind->range->name);
	}
	return 0;
}

void template_set_done(struct template_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		for (uint32_t packet = 0; packet < set->flows[i].count; packet++)
			free(set->flows[i].packets[packet].bytes);
		free(set->flows[i].packets);
	}
	free(set->flows);
	*set = (struct template_set){0};
}

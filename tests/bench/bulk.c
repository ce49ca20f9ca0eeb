/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes a capture of long flows: each flow of IN is laid out COUNT times, and in each copy its
 * largest packet is repeated LENGTH times before the end. What a backbone looks like: few flows,
 * full-size packets.
 *
 *     bulk IN.pcap OUT.pcap COUNT LENGTH
 */
#include <arpa/inet.h>
#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAMES_MAX 64
#define FRAME_BYTES_MAX 2048
#define SOURCE_OFFSET 26 /* of the IPv4 source address behind an Ethernet header */

struct frame {
	struct pcap_pkthdr header;
	uint8_t bytes[FRAME_BYTES_MAX];
	bool is_out;
};

static struct frame frames[FRAMES_MAX];

static void fail(const char *message)
{
	fprintf(stderr, "bulk: %s\n", message);
	exit(1);
}

/* Reads the first flow's frames; the client is the first frame's source. */
static int read_frames(const char *path)
{
	char error[PCAP_ERRBUF_SIZE];
	pcap_t *in = pcap_open_offline(path, error);
	struct pcap_pkthdr *header;
	const u_char *bytes;
	int count = 0;
	if (!in)
		fail(error);
	while (count < FRAMES_MAX && pcap_next_ex(in, &header, &bytes) == 1) {
		if (header->caplen > FRAME_BYTES_MAX || header->caplen < SOURCE_OFFSET + 12)
			continue;
		struct frame *frame = &frames[count++];
		frame->header = *header;
		memcpy(frame->bytes, bytes, header->caplen);
		frame->is_out =
			memcmp(bytes + SOURCE_OFFSET, frames[0].bytes + SOURCE_OFFSET, 4) == 0;
	}
	pcap_close(in);
	return count;
}

/* The client of copy `copy` is 10.x.y.z, on the side of the frame where it belongs. */
static void set_client(struct frame *frame, uint32_t copy)
{
	uint32_t client = htonl(UINT32_C(0x0a000001) + copy);
	memcpy(frame->bytes + SOURCE_OFFSET + (frame->is_out ? 0 : 4), &client, sizeof client);
}

static int largest(int count)
{
	int best = 0;
	for (int i = 1; i < count; i++)
		if (frames[i].header.caplen > frames[best].header.caplen)
			best = i;
	return best;
}

int main(int argc, char **argv)
{
	if (argc != 5)
		fail("usage: bulk IN.pcap OUT.pcap COUNT LENGTH");
	uint32_t copies = (uint32_t)atoi(argv[3]), length = (uint32_t)atoi(argv[4]);
	int count = read_frames(argv[1]);
	if (count < 3)
		fail("too few frames");
	pcap_dumper_t *out = pcap_dump_open(pcap_open_dead(DLT_EN10MB, 65535), argv[2]);
	if (!out)
		fail("cannot write");
	int middle = largest(count);
	uint64_t time_us = UINT64_C(1772500000000000);
	/* Step by step over all copies, so that flows are interleaved as on a wire. */
	for (uint32_t step = 0; step < (uint32_t)count + length; step++) {
		uint32_t repeated = step > (uint32_t)middle && step <= (uint32_t)middle + length;
		int place = repeated                  ? middle
			    : step > (uint32_t)middle ? (int)(step - length)
						      : (int)step;
		for (uint32_t copy = 0; copy < copies; copy++, time_us++) {
			struct frame *frame = &frames[place];
			set_client(frame, copy);
			frame->header.ts.tv_sec = (time_t)(time_us / 1000000);
			frame->header.ts.tv_usec = (suseconds_t)(time_us % 1000000);
			pcap_dump((u_char *)out, &frame->header, frame->bytes);
		}
	}
	pcap_dump_close(out);
	return 0;
}

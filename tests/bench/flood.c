/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes COUNT SYNs from made-up addresses to hosts in 10.0.0.0/8, 100,000 a second, and spreads
 * the frames of IN evenly among them: real flows in the middle of a flood.
 *
 *     flood IN.pcap OUT.pcap COUNT [folded]
 *
 * With `folded` the sender has chosen its addresses: source, target and ports of every SYN fold by
 * XOR to one value, so that a table which hashes them that way, as many do, holds a single chain.
 */
#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(const char *message)
{
	fprintf(stderr, "flood: %s\n", message);
	exit(1);
}

/* splitmix64 (Steele, Lea, Flood 2014). */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static void put_time(struct pcap_pkthdr *header, uint64_t time_us)
{
	header->ts.tv_sec = (time_t)(time_us / 1000000);
	header->ts.tv_usec = (suseconds_t)(time_us % 1000000);
}

/* Copies the next frame of `in`, if there is one. */
static void put_real(pcap_t *in, pcap_dumper_t *out, uint64_t time_us)
{
	struct pcap_pkthdr *header;
	const u_char *bytes;
	if (pcap_next_ex(in, &header, &bytes) != 1)
		return;
	struct pcap_pkthdr copy = *header;
	put_time(&copy, time_us);
	pcap_dump((u_char *)out, &copy, bytes);
}

int main(int argc, char **argv)
{
	/* Ethernet, IPv4 and TCP headers of a SYN; addresses and ports are filled in. */
	uint8_t frame[54] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0, 0, 40, 0, 0, 0x40,
		0, 64, 6, 0, 0, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 80, 0, 0, 0, 0, 0, 0, 0, 0, 0x50,
		2, 0xff, 0xff};
	char error[PCAP_ERRBUF_SIZE];
	bool is_folded = argc == 5 && strcmp(argv[4], "folded") == 0;
	if (argc != 4 && !is_folded)
		fail("usage: flood IN.pcap OUT.pcap COUNT [folded]");
	pcap_t *in = pcap_open_offline(argv[1], error);
	if (!in)
		fail(error);
	pcap_dumper_t *out = pcap_dump_open(pcap_open_dead(DLT_EN10MB, 65535), argv[2]);
	if (!out)
		fail("cannot write");
	uint64_t count = strtoull(argv[3], NULL, 10), state = 1;
	uint64_t time_us = UINT64_C(1772500000000000), every = 8;
	for (uint64_t i = 0; i < count; i++, time_us += 10) {
		uint64_t source = next_random(&state), target = next_random(&state);
		struct pcap_pkthdr header = {.caplen = sizeof frame, .len = sizeof frame};
		memcpy(frame + 26, &source, 4);
		memcpy(frame + 31, &target, 3);
		memcpy(frame + 34, (uint8_t *)&source + 4, 2);
		for (int byte = 0; byte < 4 && is_folded; byte++)
			frame[26 + byte] = frame[30 + byte] ^ frame[34 + byte] ^ 0x5a;
		put_time(&header, time_us);
		pcap_dump((u_char *)out, &header, frame);
		if (i % every == 0)
			put_real(in, out, time_us);
	}
	pcap_dump_close(out);
	pcap_close(in);
	return 0;
}

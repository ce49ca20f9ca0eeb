/* SPDX-License-Identifier: Apache-2.0 */
/* The bare libpcap loop: reads a capture through a buffer of 1 MiB and counts. The most that any
 * program on libpcap can reach. */
#include <pcap/pcap.h>
#include <stdint.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	static char buffer[1 << 20];
	char error[PCAP_ERRBUF_SIZE];
	FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
	if (!file || setvbuf(file, buffer, _IOFBF, sizeof buffer)) {
		fprintf(stderr, "usage: loop CAPTURE\n");
		return 2;
	}
	pcap_t *in = pcap_fopen_offline(file, error);
	if (!in) {
		fprintf(stderr, "loop: %s\n", error);
		return 1;
	}
	struct pcap_pkthdr *header;
	const u_char *bytes;
	uint64_t packets = 0, wire_bytes = 0, sum = 0;
	while (pcap_next_ex(in, &header, &bytes) == 1) {
		packets++;
		wire_bytes += header->len;
		sum += header->caplen ? bytes[0] : 0;
	}
	printf("%llu %llu %llu\n", (unsigned long long)packets, (unsigned long long)wire_bytes,
		(unsigned long long)sum);
	pcap_close(in);
	return 0;
}

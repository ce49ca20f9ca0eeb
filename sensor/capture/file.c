/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/file.h"

#include "capture/ahead.h"
#include "capture/stream.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#define SECONDS_MAX (INT64_C(1) << 42) /* differences of two times in microseconds still fit */

struct file {
	struct input *input;
	struct stream *stream;
	pcap_t *pcap;
	int link_type;
	uint64_t packets;
};

/* Magic numbers as they lie in the file: pcap with micro- or nanoseconds in both byte orders, that
 * of Kuznetzov's patches, pcapng (draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng). */
static const uint8_t magics[][4] = {
	{0xa1, 0xb2, 0xc3, 0xd4},
	{0xd4, 0xc3, 0xb2, 0xa1},
	{0xa1, 0xb2, 0x3c, 0x4d},
	{0x4d, 0x3c, 0xb2, 0xa1},
	{0xa1, 0xb2, 0xcd, 0x34},
	{0x34, 0xcd, 0xb2, 0xa1},
	{0x0a, 0x0d, 0x0d, 0x0a},
};

static bool is_capture(const uint8_t head[4])
{
	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++)
		if (memcmp(head, magics[i], sizeof(magics[i])) == 0)
			return true;
	return false;
}

static void say(struct file_fault *fault, const char *message)
{
	snprintf(fault->message, sizeof(fault->message), "%s", message);
}

/* Says why the stream's first bytes are not those of a capture; 0 if they are. */
static int check_head(const struct input *input, struct file_fault *fault)
{
	uint8_t head[4] = {0};
	size_t bytes = input_head(input, head);

	if (bytes == sizeof(head) && is_capture(head))
		return 0;
	if (input_fault(input))
		say(fault, input_fault(input));
	else if (bytes == 0)
		say(fault, "empty file");
	else
		say(fault, "not a capture: neither pcap nor pcapng, plain or packed with gzip or "
			   "zstd");
	return input_fault(input) ? -EBADMSG : -EMEDIUMTYPE;
}

static int open_pcap(struct file *file, bool reads_ahead, struct file_fault *fault)
{
	char message[PCAP_ERRBUF_SIZE] = "";
	FILE *stdio = NULL;

	if (stream_new(file->input, reads_ahead, &file->stream) == 0)
		stdio = stream_file(file->stream);
	if (!stdio) {
		say(fault, strerror(ENOMEM));
		return -ENOMEM;
	}
	file->pcap = pcap_fopen_offline_with_tstamp_precision(
		stdio, PCAP_TSTAMP_PRECISION_MICRO, message);
	if (!file->pcap) {
		off_t offset = ftello(stdio);

		fault->byte_offset = offset > 0 ? (uint64_t)offset : 0;
		say(fault, stream_fault(file->stream) ? stream_fault(file->stream) : message);
		fclose(stdio);
		return -EBADMSG;
	}
	file->link_type = pcap_datalink(file->pcap);
	return 0;
}

/* Not worth a thread: less than it may be ahead, or what keeps it waiting. */
static bool is_long(const struct input *input)
{
	return input_size(input) >= AHEAD_BLOCKS * AHEAD_BLOCK_BYTES;
}

int file_open(
	const char *path, bool reads_ahead, struct file **ret_file, struct file_fault *ret_fault)
{
	struct file *file = calloc(1, sizeof(*file));
	int result = file ? input_open(path, &file->input) : -ENOMEM;

	*ret_fault = (struct file_fault){0};
	if (result < 0) {
		say(ret_fault, strerror(-result));
		goto fail;
	}
	ret_fault->packing = input_packing(file->input);
	result = check_head(file->input, ret_fault);
	if (result == 0)
		result = open_pcap(file, reads_ahead && is_long(file->input), ret_fault);
	if (result < 0)
		goto fail;
	*ret_file = file;
	return 0;
fail:
	file_close(file);
	return result;
}

/* Broken captures hold fractions beyond a second and seconds beyond all reason. */
static int64_t find_time(const struct pcap_pkthdr *header)
{
	int64_t seconds = header->ts.tv_sec;

	if (seconds > SECONDS_MAX)
		seconds = SECONDS_MAX;
	if (seconds < -SECONDS_MAX)
		seconds = -SECONDS_MAX;
	return seconds * 1000000 + (int32_t)header->ts.tv_usec;
}

static int find_end(struct file *file, int result, struct file_fault *fault)
{
	const char *packing_fault = stream_fault(file->stream);
	off_t offset = ftello(pcap_file(file->pcap));

	if (result == PCAP_ERROR_BREAK && !packing_fault)
		return 0;
	*fault = (struct file_fault){
		.packet = file->packets + 1,
		.byte_offset = offset > 0 ? (uint64_t)offset : 0,
		.packing = input_packing(file->input),
	};
	say(fault, packing_fault ? packing_fault : pcap_geterr(file->pcap));
	return -EBADMSG;
}

int file_next(struct file *file, struct frame *ret_frame, struct file_fault *ret_fault)
{
	struct pcap_pkthdr *header;
	const u_char *data;
	int result = pcap_next_ex(file->pcap, &header, &data);

	if (result != 1)
		return find_end(file, result, ret_fault);
	file->packets++;
	*ret_frame = (struct frame){
		.data = data,
		.captured_bytes = header->caplen,
		.wire_bytes = header->len > header->caplen ? header->len : header->caplen,
		.link_type = file->link_type,
		.time_us = find_time(header),
	};
	return 1;
}

uint64_t file_size(const struct file *file)
{
	return input_size(file->input);
}

uint64_t file_bytes_read(const struct file *file)
{
	return stream_bytes_read(file->stream);
}

bool file_can_reopen(const struct file *file)
{
	return input_is_regular(file->input);
}

/* libpcap's handle owns the stdio stream, which reads from ours, and that from the input. */
void file_close(struct file *file)
{
	if (!file)
		return;
	if (file->pcap)
		pcap_close(file->pcap);
	stream_free(file->stream);
	input_close(file->input);
	free(file);
}

const char *capture_library_version(void)
{
	static const char name[] = "libpcap version ";
	const char *version = pcap_lib_version();
	return strncmp(version, name, strlen(name)) == 0 ? version + strlen(name) : version;
}

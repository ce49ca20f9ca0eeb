/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/watermark.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "publish/record.h"

#define NUMBER_BYTES 8
#define FILE_BYTES 12

static void encode(uint64_t sequence, uint8_t bytes[FILE_BYTES])
{
	for (int i = 0; i < NUMBER_BYTES; i++)
		bytes[i] = (uint8_t)(sequence >> 8 * i);
	uint32_t checksum = record_checksum(bytes, NUMBER_BYTES);
	for (int i = 0; i < FILE_BYTES - NUMBER_BYTES; i++)
		bytes[NUMBER_BYTES + i] = (uint8_t)(checksum >> 8 * i);
}

static uint64_t read_number(int fd)
{
	uint8_t bytes[FILE_BYTES], again[FILE_BYTES];
	uint64_t sequence = 0;
	if (pread(fd, bytes, sizeof bytes, 0) != sizeof bytes)
		return 1;
	for (int i = 0; i < NUMBER_BYTES; i++)
		sequence |= (uint64_t)bytes[i] << 8 * i;
	encode(sequence, again);
	for (int i = 0; i < FILE_BYTES; i++)
		if (bytes[i] != again[i])
			return 1;
	return sequence > 0 ? sequence : 1;
}

int watermark_open(int folder, uint64_t *ret_sequence)
{
	int fd = openat(folder, "acknowledged", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		int r = errno == EWOULDBLOCK ? -EBUSY : -errno;
		close(fd);
		return r;
	}
	*ret_sequence = read_number(fd);
	return fd;
}

uint64_t watermark_look(int folder)
{
	int fd = openat(folder, "acknowledged", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 1;
	uint64_t sequence = read_number(fd);
	close(fd);
	return sequence;
}

void watermark_write(int fd, uint64_t sequence)
{
	uint8_t bytes[FILE_BYTES];
	encode(sequence, bytes);
	/* A write that fails, or is cut off by a crash, leaves a number that is too low or none. */
	if (pwrite(fd, bytes, sizeof bytes, 0) < 0)
		return;
}

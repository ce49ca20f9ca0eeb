/* SPDX-License-Identifier: Apache-2.0 */
#include "geoip/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE_BYTES 65536

static int write_all(int to, const uint8_t *bytes, size_t count)
{
	while (count > 0) {
		ssize_t written = write(to, bytes, count);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return written < 0 ? -errno : -EIO;
		bytes += written;
		count -= (size_t)written;
	}
	return 0;
}

/* Copies to the end; a file that grows meanwhile ends at the limit. */
static int copy(int from, int to, uint64_t *ret_bytes)
{
	uint8_t piece[PIECE_BYTES];
	uint64_t bytes = 0;
	int error;

	for (;;) {
		ssize_t got = read(from, piece, sizeof piece);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		bytes += (uint64_t)got;
		if (bytes > SNAPSHOT_BYTES_MAX)
			return -EFBIG;
		error = write_all(to, piece, (size_t)got);
		if (error < 0)
			return error;
	}
	*ret_bytes = bytes;
	return 0;
}

static bool is_same(const struct stat *before, const struct stat *after, uint64_t bytes)
{
	return (uint64_t)after->st_size == bytes && before->st_size == after->st_size &&
	       before->st_mtim.tv_sec == after->st_mtim.tv_sec &&
	       before->st_mtim.tv_nsec == after->st_mtim.tv_nsec;
}

static int copy_whole(int from, int to)
{
	struct stat before, after;
	uint64_t bytes;
	int error;

	if (fstat(from, &before) < 0)
		return -errno;
	if (!S_ISREG(before.st_mode))
		return -ENODEV;
	error = copy(from, to, &bytes);
	if (error < 0)
		return error;
	if (fstat(from, &after) < 0)
		return -errno;
	return is_same(&before, &after, bytes) ? 0 : -EAGAIN;
}

int snapshot_open(const char *file, char ret_path[SNAPSHOT_PATH_SIZE])
{
	/* A FIFO without a writer would hold up the start for ever. */
	int from = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK), to, error;

	if (from < 0)
		return -errno;
	to = memfd_create("surgetap-snapshot", MFD_CLOEXEC);
	error = to < 0 ? -errno : copy_whole(from, to);
	close(from);
	if (error < 0) {
		if (to >= 0)
			close(to);
		return error;
	}
	snprintf(ret_path, SNAPSHOT_PATH_SIZE, "/proc/self/fd/%d", to);
	return to;
}

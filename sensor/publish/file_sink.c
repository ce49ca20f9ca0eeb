/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/file_sink.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

#define HELD_BYTES (256 * 1024) /* also the longest line */

struct file_sink {
	int fd;
	bool torn; /* the file ends in a part of a line */
	_Atomic uint64_t lost;
	struct log_limit limit;
	size_t used;
	char held[HELD_BYTES];
	char path[];
};

int file_sink_open(const char *path, bool append, struct file_sink **ret_sink)
{
	struct file_sink *sink = calloc(1, sizeof *sink + strlen(path) + 1);
	if (!sink)
		return -ENOMEM;
	bool standard = strcmp(path, "-") == 0;
	strcpy(sink->path, standard ? "standard output" : path);
	int how = append ? O_APPEND : O_TRUNC;
	/* Standard output is duplicated, so that closing the sink leaves it to its owner. */
	sink->fd = standard ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
			    : open(path, O_WRONLY | O_CREAT | O_CLOEXEC | how, 0644);
	if (sink->fd < 0) {
		int error = -errno;
		free(sink);
		return error;
	}
	*ret_sink = sink;
	return 0;
}

/* Writes all of `bytes`; returns how many got through, fewer only after an error (in errno). */
static size_t write_all(int fd, const char *bytes, size_t length)
{
	size_t done = 0;
	while (done < length) {
		ssize_t written = write(fd, bytes + done, length - done);
		if (written > 0)
			done += (size_t)written;
		else if (written < 0 && errno == EAGAIN)
			poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, -1);
		else if (written == 0 || errno != EINTR)
			break;
	}
	return done;
}

static void write_lines(struct file_sink *sink, const char *lines, size_t length)
{
	if (length == 0)
		return;
	size_t done = 0;
	if (!sink->torn || write_all(sink->fd, "\n", 1) == 1) {
		done = write_all(sink->fd, lines, length);
		sink->torn = done > 0 ? lines[done - 1] != '\n' : false;
	}
	if (done == length)
		return;
	int error = errno;
	uint64_t lost = 0;
	for (size_t i = done; i < length; i++)
		lost += lines[i] == '\n';
	sink->lost += lost;
	log_limited(&sink->limit, "%s: %s: %llu lines lost so far", sink->path, strerror(error),
		(unsigned long long)sink->lost);
}

void file_sink_flush(struct file_sink *sink)
{
	write_lines(sink, sink->held, sink->used);
	sink->used = 0;
}

void file_sink_put(struct file_sink *sink, const char *line, bool flush)
{
	size_t length = strlen(line);
	if (length + 1 > sizeof sink->held - sink->used)
		file_sink_flush(sink);
	if (length + 1 > sizeof sink->held) {
		sink->lost++;
		log_limited(
			&sink->limit, "%s: a line of %zu bytes is too long", sink->path, length);
		return;
	}
	memcpy(sink->held + sink->used, line, length);
	sink->held[sink->used + length] = '\n';
	sink->used += length + 1;
	if (flush)
		file_sink_flush(sink);
}

uint64_t file_sink_lost(const struct file_sink *sink)
{
	return sink->lost;
}

void file_sink_close(struct file_sink *sink)
{
	if (!sink)
		return;
	file_sink_flush(sink);
	if (close(sink->fd) != 0)
		log_warn("%s: %s", sink->path, strerror(errno));
	free(sink);
}

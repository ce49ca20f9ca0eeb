/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "publish/segment.h"
#include "publish/watermark.h"

#define SEGMENTS_MAX 4096

struct spool {
	pthread_mutex_t lock;
	bool read_only, is_lazy;
	int folder, watermark; /* the watermark's lock is the spool's */
	int active;            /* the last segment, for appending; -1: none, or not to be trusted */
	uint64_t segment_bytes, bytes_max;
	struct segment segments[SEGMENTS_MAX];
	size_t count;
	uint64_t bytes, damaged_bytes;
	uint64_t next;         /* sequence number of the next record */
	uint64_t acknowledged; /* everything below is delivered */
	uint64_t read_first;   /* where reading stands: a segment, and an offset in it */
	uint64_t read_offset;
	uint8_t buffer[SEGMENT_BUFFER_BYTES];
};

static int compare_segments(const void *a, const void *b)
{
	uint64_t first = ((const struct segment *)a)->first,
		 second = ((const struct segment *)b)->first;
	return (first > second) - (first < second);
}

static int add_segment(struct spool *spool, uint64_t first, uint64_t bytes)
{
	if (spool->count == SEGMENTS_MAX)
		return -ENOSPC;
	spool->segments[spool->count++] = (struct segment){first, bytes};
	spool->bytes += bytes;
	return 0;
}

static int list_segments(struct spool *spool)
{
	DIR *directory = fdopendir(fcntl(spool->folder, F_DUPFD_CLOEXEC, 0));
	struct dirent *file;
	int r = directory ? 0 : -errno;
	while (r == 0 && (file = readdir(directory))) {
		struct stat status;
		uint64_t first = segment_parse_name(file->d_name);
		if (first == 0)
			continue;
		if (fstatat(spool->folder, file->d_name, &status, AT_SYMLINK_NOFOLLOW) < 0)
			r = errno == ENOENT ? 0 : -errno; /* who owns the spool has removed it */
		else
			r = add_segment(spool, first, (uint64_t)status.st_size);
	}
	if (directory)
		closedir(directory);
	qsort(spool->segments, spool->count, sizeof *spool->segments, compare_segments);
	return r;
}

static void remove_segment(struct spool *spool, size_t index)
{
	char name[SEGMENT_NAME_SIZE];
	if (!spool->read_only)
		unlinkat(spool->folder, segment_name(spool->segments[index].first, name), 0);
	spool->bytes -= spool->segments[index].bytes;
	memmove(&spool->segments[index], &spool->segments[index + 1],
		(spool->count - index - 1) * sizeof *spool->segments);
	spool->count--;
}

/* Finds the end of the last segment and cuts off what a crash left behind it; a segment that has
 * not even its header is removed. What is read only stays as it is: the end may be the record that
 * is being written. */
static int recover(struct spool *spool)
{
	struct segment *last = &spool->segments[spool->count - 1];
	struct segment_reading reading = {.offset = SEGMENT_HEADER_BYTES};
	int fd = segment_open(spool->folder, last->first, !spool->read_only);
	if (fd == -EBADMSG) {
		/* Created just before the crash: it never held a record. */
		spool->damaged_bytes += last->bytes;
		remove_segment(spool, spool->count - 1);
		return 0;
	}
	int r = fd < 0 ? fd : segment_read(fd, spool->buffer, 0, 0, &reading);
	if (r == 0 && !spool->read_only && ftruncate(fd, (off_t)reading.offset) < 0)
		r = -errno;
	if (r < 0) {
		if (fd >= 0)
			close(fd);
		return r;
	}
	uint64_t torn = spool->read_only ? 0 : last->bytes - reading.offset;
	spool->damaged_bytes += torn + reading.skipped;
	spool->bytes -= torn;
	last->bytes -= torn;
	spool->active = fd;
	spool->next = reading.sequence ? reading.sequence + 1 : last->first;
	return 0;
}

static int open_folder(const struct spool_settings *settings, struct spool *spool)
{
	if (!settings->read_only && mkdir(settings->folder, 0700) < 0 && errno != EEXIST)
		return -errno;
	spool->folder = open(settings->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (spool->folder < 0)
		return -errno;
	int r = 0;
	if (settings->read_only)
		spool->acknowledged = watermark_look(spool->folder);
	else
		r = spool->watermark = watermark_open(spool->folder, &spool->acknowledged);
	if (r >= 0)
		r = list_segments(spool);
	while (r == 0 && spool->count > 0 && spool->active < 0)
		r = recover(spool);
	if (spool->next < spool->acknowledged)
		spool->next = spool->acknowledged;
	return r;
}

int spool_open(const struct spool_settings *settings, struct spool **ret_spool)
{
	struct spool *spool = calloc(1, sizeof *spool);
	if (!spool)
		return -ENOMEM;
	pthread_mutex_init(&spool->lock, NULL);
	spool->folder = spool->watermark = spool->active = -1;
	spool->read_only = settings->read_only;
	spool->is_lazy = settings->is_lazy;
	spool->segment_bytes =
		settings->segment_bytes ? settings->segment_bytes : SPOOL_SEGMENT_BYTES;
	spool->bytes_max = settings->bytes_max ? settings->bytes_max : SPOOL_BYTES_MAX;
	int r = open_folder(settings, spool);
	if (r < 0) {
		spool_close(spool);
		return r;
	}
	*ret_spool = spool;
	return 0;
}

const char *spool_explain(int error)
{
	if (error == -EBUSY)
		return "another sensor uses it";
	return error == -EPROTONOSUPPORT ? "a newer version wrote it" : strerror(-error);
}

/* A segment to append to: the last one, or a new one when that is full or not to be trusted. */
static int ready_segment(struct spool *spool)
{
	if (spool->active >= 0 && spool->segments[spool->count - 1].bytes < spool->segment_bytes)
		return 0;
	/* Its first record failed: its name is needed again. */
	if (spool->count > 0 && spool->segments[spool->count - 1].first == spool->next)
		remove_segment(spool, spool->count - 1);
	if (spool->count == SEGMENTS_MAX)
		return -EDQUOT;
	int fd = segment_create(spool->folder, spool->next);
	if (fd < 0)
		return fd;
	if (spool->active >= 0)
		close(spool->active);
	spool->active = fd;
	return add_segment(spool, spool->next, SEGMENT_HEADER_BYTES);
}

static int write_record(struct spool *spool, const uint8_t *bytes, size_t length)
{
	struct segment *last = &spool->segments[spool->count - 1];
	size_t done = 0;
	while (done < length) {
		ssize_t written = pwrite(
			spool->active, bytes + done, length - done, (off_t)(last->bytes + done));
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			break;
		done += (size_t)written;
	}
	if (done == length && (spool->is_lazy || fdatasync(spool->active) == 0)) {
		last->bytes += length;
		spool->bytes += length;
		return 0;
	}
	int r = errno ? -errno : -EIO;
	/* After a failed sync nobody knows what is on the disk (fsyncgate): go on in a new file. */
	if (ftruncate(spool->active, (off_t)last->bytes) < 0 || done == length) {
		close(spool->active);
		spool->active = -1;
	}
	return r;
}

static int append_record(struct spool *spool, struct entry *entry)
{
	size_t size = record_size(entry);
	if (spool->bytes + size > spool->bytes_max)
		return -EDQUOT;
	int r = ready_segment(spool);
	if (r < 0)
		return r;
	record_encode(entry, spool->next, spool->buffer);
	r = write_record(spool, spool->buffer, size);
	if (r == 0)
		entry->sequence = spool->next++;
	return r;
}

/* Removes the segment that is written to when all of it is delivered: on a full disk it is what
 * keeps the next alert out. Returns whether there was anything to remove. */
static bool clear_delivered(struct spool *spool)
{
	if (spool->acknowledged < spool->next || spool->bytes <= SEGMENT_HEADER_BYTES)
		return false;
	if (spool->active >= 0)
		close(spool->active);
	spool->active = -1;
	while (spool->count > 0)
		remove_segment(spool, 0);
	return true;
}

static int append(struct spool *spool, struct entry *entry)
{
	if (spool->read_only)
		return -EROFS;
	if (entry->bytes > RECORD_BODY_MAX)
		return -EMSGSIZE;
	int r = append_record(spool, entry);
	if (r < 0 && clear_delivered(spool))
		r = append_record(spool, entry);
	return r;
}

int spool_append(struct spool *spool, struct entry *entry)
{
	pthread_mutex_lock(&spool->lock);
	int r = append(spool, entry);
	pthread_mutex_unlock(&spool->lock);
	return r;
}

/* The segment where reading stands, or the next one there is. */
static size_t find_reading(struct spool *spool)
{
	size_t i = 0;
	while (i < spool->count && spool->segments[i].first < spool->read_first)
		i++;
	if (i < spool->count && spool->segments[i].first > spool->read_first) {
		spool->read_first = spool->segments[i].first;
		spool->read_offset = SEGMENT_HEADER_BYTES;
	}
	return i;
}

static int read_segment(struct spool *spool, size_t index, uint64_t from, size_t max,
	struct segment_reading *reading)
{
	int fd = segment_open(spool->folder, spool->segments[index].first, false);
	if (fd == -EBADMSG || fd == -ENOENT) {
		/* Nothing is left of it, and nothing will be. */
		spool->damaged_bytes += spool->segments[index].bytes;
		return 0;
	}
	if (fd < 0)
		return fd;
	reading->offset = spool->read_offset;
	int r = segment_read(fd, spool->buffer, from, max, reading);
	close(fd);
	spool->damaged_bytes += reading->skipped;
	reading->skipped = 0;
	spool->read_offset = reading->offset;
	return r;
}

static int load(struct spool *spool, uint64_t from, size_t max, struct segment_reading *reading)
{
	for (size_t i = find_reading(spool); i < spool->count; i++) {
		int r = read_segment(spool, i, from, max, reading);
		if (r < 0 || i + 1 == spool->count || reading->count == max)
			return r;
		spool->read_first = spool->segments[i + 1].first;
		spool->read_offset = SEGMENT_HEADER_BYTES;
	}
	return 0;
}

int spool_load(struct spool *spool, uint64_t after, size_t max, struct entry **ret_first)
{
	struct segment_reading reading = {0};
	pthread_mutex_lock(&spool->lock);
	uint64_t from = after + 1 > spool->acknowledged ? after + 1 : spool->acknowledged;
	int r = load(spool, from, max, &reading);
	pthread_mutex_unlock(&spool->lock);
	if (r < 0 && !reading.head)
		return r;
	*ret_first = reading.head;
	return 0;
}

void spool_acknowledge(struct spool *spool, uint64_t sequence)
{
	pthread_mutex_lock(&spool->lock);
	if (sequence > spool->acknowledged && !spool->read_only) {
		spool->acknowledged = sequence;
		watermark_write(spool->watermark, sequence);
		while (spool->count > 1 && spool->segments[1].first <= sequence)
			remove_segment(spool, 0);
	}
	pthread_mutex_unlock(&spool->lock);
}

uint64_t spool_next(struct spool *spool)
{
	pthread_mutex_lock(&spool->lock);
	uint64_t next = spool->next;
	pthread_mutex_unlock(&spool->lock);
	return next;
}

void spool_stats(struct spool *spool, struct spool_stats *ret_stats)
{
	pthread_mutex_lock(&spool->lock);
	*ret_stats = (struct spool_stats){
		.pending = spool->next - spool->acknowledged,
		.bytes = spool->bytes,
		.damaged_bytes = spool->damaged_bytes,
	};
	pthread_mutex_unlock(&spool->lock);
}

void spool_close(struct spool *spool)
{
	if (!spool)
		return;
	const int descriptors[] = {spool->active, spool->watermark, spool->folder};
	for (size_t i = 0; i < sizeof descriptors / sizeof *descriptors; i++)
		if (descriptors[i] >= 0)
			close(descriptors[i]);
	pthread_mutex_destroy(&spool->lock);
	free(spool);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/siphash.h"

#define HEAD_BYTES (ARCHIVE_KIND_SIZE + 4)
#define FRAME_HEAD_BYTES 12

struct archive {
	int file;
	uint64_t frame; /* number of the next one */
	struct pack_writer writer;
	struct pack_reader reader;
	char folder[PATH_MAX], path[PATH_MAX], fresh[PATH_MAX + 4];
	uint8_t content[ARCHIVE_FRAME_BYTES_MAX];
};

static void put_number(uint8_t *bytes, uint64_t value, size_t count)
{
	for (size_t i = 0; i < count; i++)
		bytes[i] = (uint8_t)(value >> 8 * i);
}

static uint64_t get_number(const uint8_t *bytes, size_t count)
{
	uint64_t value = 0;
	for (size_t i = 0; i < count; i++)
		value |= (uint64_t)bytes[i] << 8 * i;
	return value;
}

static uint64_t checksum(uint64_t frame, const uint8_t *bytes, size_t count)
{
	struct siphash_key key = {{UINT64_C(0x7375726765746170), frame}};
	return siphash_2_4(&key, bytes, count);
}

static int write_bytes(int file, const uint8_t *bytes, size_t count)
{
	while (count > 0) {
		ssize_t done = write(file, bytes, count);
		if (done < 0 && errno != EINTR)
			return -errno;
		if (done > 0) {
			bytes += done;
			count -= (size_t)done;
		}
	}
	return 0;
}

/* Returns how many bytes were read, less than `count` at the end of the file alone, or -errno. */
static ssize_t read_bytes(int file, uint8_t *bytes, size_t count)
{
	size_t done = 0;
	while (done < count) {
		ssize_t more = read(file, bytes + done, count - done);
		if (more < 0 && errno != EINTR)
			return -errno;
		if (more == 0)
			break;
		if (more > 0)
			done += (size_t)more;
	}
	return (ssize_t)done;
}

static int write_frame(void *argument, const uint8_t *bytes, size_t count)
{
	struct archive *archive = argument;
	uint8_t head[FRAME_HEAD_BYTES];
	put_number(head, count, 4);
	put_number(head + 4, checksum(archive->frame++, bytes, count), 8);
	int error = write_bytes(archive->file, head, sizeof head);
	return error == 0 ? write_bytes(archive->file, bytes, count) : error;
}

static void make_head(uint8_t ret_head[HEAD_BYTES], const char *kind, uint32_t version)
{
	memset(ret_head, 0, HEAD_BYTES);
	memcpy(ret_head, kind, strnlen(kind, ARCHIVE_KIND_SIZE - 1));
	put_number(ret_head + ARCHIVE_KIND_SIZE, version, 4);
}

static void archive_free(struct archive *archive)
{
	if (archive->file >= 0)
		close(archive->file);
	free(archive);
}

int archive_create(const char *folder, const char *name, const char *kind, uint32_t version,
	struct archive **ret_archive)
{
	uint8_t head[HEAD_BYTES];
	struct archive *archive = malloc(sizeof *archive);
	if (!archive)
		return -ENOMEM;
	archive->frame = 0;
	archive->writer = (struct pack_writer){
		archive->content, sizeof archive->content, 0, write_frame, archive, 0};
	snprintf(archive->folder, sizeof archive->folder, "%s", folder);
	int length = snprintf(archive->path, sizeof archive->path, "%s/%s", folder, name);
	snprintf(archive->fresh, sizeof archive->fresh, "%s.new", archive->path);
	/* Whatever lies there under that name, this is a file of our own. */
	unlink(archive->fresh);
	archive->file =
		open(archive->fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
	int error = archive->file < 0 ? -errno : 0;
	if (length >= (int)sizeof archive->path)
		error = -ENAMETOOLONG;
	make_head(head, kind, version);
	if (error == 0)
		error = write_bytes(archive->file, head, sizeof head);
	if (error < 0) {
		archive_free(archive);
		return error;
	}
	*ret_archive = archive;
	return 0;
}

struct pack_writer *archive_writer(struct archive *archive)
{
	return &archive->writer;
}

/* The new name is on the disk, too. */
static int sync_folder(const char *folder)
{
	int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (file < 0)
		return -errno;
	int error = fsync(file) < 0 ? -errno : 0;
	close(file);
	return error;
}

int archive_commit(struct archive *archive)
{
	int error = pack_flush(&archive->writer);
	if (error == 0)
		error = write_frame(archive, NULL, 0);
	if (error == 0 && fsync(archive->file) < 0)
		error = -errno;
	int file = archive->file;
	archive->file = -1;
	if (close(file) < 0 && error == 0)
		error = -errno;
	if (error == 0 && rename(archive->fresh, archive->path) < 0)
		error = -errno;
	if (error == 0)
		error = sync_folder(archive->folder);
	else
		unlink(archive->fresh);
	archive_free(archive);
	return error;
}

void archive_abandon(struct archive *archive)
{
	unlink(archive->fresh);
	archive_free(archive);
}

/* Reads the next frame. Returns its length, 0 for the last one, -errno, or -EBADMSG with
 * `ret_fault`. */
static ssize_t read_frame(struct archive *archive, const char **ret_fault)
{
	uint8_t head[FRAME_HEAD_BYTES];
	ssize_t got = read_bytes(archive->file, head, sizeof head);
	*ret_fault = "cut short";
	if (got < (ssize_t)sizeof head)
		return got < 0 ? got : -EBADMSG;
	uint64_t count = get_number(head, 4);
	if (count > sizeof archive->content) {
		*ret_fault = "checksum is wrong";
		return -EBADMSG;
	}
	got = read_bytes(archive->file, archive->content, (size_t)count);
	if (got < (ssize_t)count)
		return got < 0 ? got : -EBADMSG;
	*ret_fault = "checksum is wrong";
	bool is_whole = checksum(archive->frame, archive->content, (size_t)count) ==
			get_number(head + 4, 8);
	archive->frame++;
	return is_whole ? got : -EBADMSG;
}

static int read_head(
	struct archive *archive, const char *kind, uint32_t version, const char **ret_fault)
{
	uint8_t head[HEAD_BYTES], wanted[HEAD_BYTES];
	make_head(wanted, kind, version);
	ssize_t got = read_bytes(archive->file, head, sizeof head);
	if (got < 0)
		return (int)got;
	if (got < (ssize_t)sizeof head)
		*ret_fault = "cut short";
	else if (memcmp(head, wanted, ARCHIVE_KIND_SIZE) != 0)
		*ret_fault = "not a file of this kind";
	else if (memcmp(head, wanted, sizeof head) != 0)
		*ret_fault = "written by another version";
	else
		return 0;
	return -EBADMSG;
}

/* Reads the whole file; then it stands behind the head again. */
static int check(struct archive *archive, const char **ret_fault)
{
	uint8_t more;
	ssize_t got = 1;
	while (got > 0)
		got = read_frame(archive, ret_fault);
	if (got == 0 && (got = read_bytes(archive->file, &more, 1)) > 0) {
		*ret_fault = "something follows its end";
		got = -EBADMSG;
	}
	if (got < 0)
		return (int)got;
	archive->frame = 0;
	return lseek(archive->file, HEAD_BYTES, SEEK_SET) < 0 ? -errno : 0;
}

static int refill(void *argument, struct pack_reader *reader)
{
	struct archive *archive = argument;
	const char *fault;
	ssize_t got = read_frame(archive, &fault);
	if (got <= 0)
		return got < 0 ? (int)got : -EBADMSG;
	reader->next = archive->content;
	reader->left = (size_t)got;
	return 0;
}

int archive_open(const char *path, const char *kind, uint32_t version, struct archive **ret_archive,
	const char **ret_fault)
{
	struct archive *archive = malloc(sizeof *archive);
	if (!archive)
		return -ENOMEM;
	archive->frame = 0;
	archive->reader = (struct pack_reader){.refill = refill, .argument = archive};
	archive->file = open(path, O_RDONLY | O_CLOEXEC);
	int error = archive->file < 0 ? -errno : 0;
	if (error == 0)
		error = read_head(archive, kind, version, ret_fault);
	if (error == 0)
		error = check(archive, ret_fault);
	if (error < 0) {
		archive_free(archive);
		return error;
	}
	*ret_archive = archive;
	return 0;
}

struct pack_reader *archive_reader(struct archive *archive)
{
	return &archive->reader;
}

void archive_close(struct archive *archive)
{
	if (archive)
		archive_free(archive);
}

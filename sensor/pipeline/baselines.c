/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/baselines.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/siphash.h"

#define FORMAT_VERSION                                                                             \
	1 /* to be raised with every change of struct detector, struct history or this file */
#define FILE_BYTES_MAX (UINT64_C(4) << 30)

static const char magic[16] = "surgetap state";

struct head {
	char magic[16];
	uint32_t version, detector_bytes, history_bytes, zero;
	uint64_t count; /* of records */
};

/* Before a detector and a history. */
struct record {
	char range[RANGE_NAME_SIZE];
	char technique[TECHNIQUE_NAME_SIZE];
};

static void make_path(const char *folder, const char *name, char ret_path[PATH_MAX])
{
	snprintf(ret_path, PATH_MAX, "%s/%s", folder, name);
}

static int tell(const struct baselines_listener *listener, const char *path, int error)
{
	listener->fault(listener->argument, path, strerror(-error));
	return error;
}

static uint64_t checksum(const uint8_t *bytes, size_t length)
{
	static const struct siphash_key key = {
		{UINT64_C(0x7375726765746170), UINT64_C(0x626173656c696e65)}};
	return siphash_2_4(&key, bytes, length);
}

static size_t record_bytes(const struct analyst *analyst)
{
	return sizeof(struct record) + analyst_detector_bytes(analyst) + sizeof(struct history);
}

/* The whole file in memory: head, records, checksum. */
static uint8_t *write_image(const struct analyst *analyst, size_t *ret_bytes)
{
	struct analyst_memory memory;
	uint64_t count = 0;
	while (analyst_look(analyst, count, &memory))
		count++;
	size_t bytes = sizeof(struct head) + count * record_bytes(analyst);
	uint8_t *image = calloc(1, bytes + sizeof(uint64_t)), *next = image;
	if (!image)
		return NULL;
	struct head head = {.version = FORMAT_VERSION,
		.detector_bytes = (uint32_t)analyst_detector_bytes(analyst),
		.history_bytes = sizeof(struct history),
		.count = count};
	memcpy(head.magic, magic, sizeof magic);
	memcpy(next, &head, sizeof head);
	next += sizeof head;
	for (uint64_t i = 0; i < count; i++) {
		struct record record = {0};
		analyst_look(analyst, i, &memory);
		snprintf(record.range, sizeof record.range, "%s", memory.range);
		snprintf(record.technique, sizeof record.technique, "%s", memory.technique);
		memcpy(next, &record, sizeof record);
		next += sizeof record;
		memcpy(next, memory.detector, head.detector_bytes);
		next += head.detector_bytes;
		memcpy(next, memory.history, sizeof *memory.history);
		next += sizeof *memory.history;
	}
	uint64_t sum = checksum(image, bytes);
	memcpy(next, &sum, sizeof sum);
	*ret_bytes = bytes + sizeof sum;
	return image;
}

static int write_whole(const char *path, const uint8_t *bytes, size_t length)
{
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	int error = file < 0 ? -errno : 0;
	for (size_t done = 0; error == 0 && done < length;) {
		ssize_t more = write(file, bytes + done, length - done);
		if (more < 0 && errno != EINTR)
			error = -errno;
		else if (more > 0)
			done += (size_t)more;
	}
	if (error == 0 && fsync(file) < 0)
		error = -errno;
	if (file >= 0 && close(file) < 0 && error == 0)
		error = -errno;
	return error;
}

int baselines_save(const char *folder, const struct analyst *analyst,
	const struct baselines_listener *listener)
{
	char path[PATH_MAX], fresh[PATH_MAX];
	size_t bytes;
	make_path(folder, "baselines", path);
	make_path(folder, "baselines.new", fresh);
	uint8_t *image = write_image(analyst, &bytes);
	int error = image ? write_whole(fresh, image, bytes) : -ENOMEM;
	free(image);
	if (error == 0 && rename(fresh, path) < 0)
		error = -errno;
	return error < 0 ? tell(listener, path, error) : 0;
}

/* Reads the file. Returns 0, -ENOENT, another -errno, or -EFBIG. */
static int read_whole(const char *path, uint8_t **ret_bytes, size_t *ret_length)
{
	struct stat about;
	int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return -errno;
	int error = fstat(file, &about) < 0 ? -errno : 0;
	if (error == 0 && (uint64_t)about.st_size > FILE_BYTES_MAX)
		error = -EFBIG;
	size_t length = error == 0 ? (size_t)about.st_size : 0, done = 0;
	uint8_t *bytes = error == 0 ? malloc(length + 1) : NULL;
	if (error == 0 && !bytes)
		error = -ENOMEM;
	while (error == 0 && done < length) {
		ssize_t more = read(file, bytes + done, length - done);
		if (more < 0 && errno != EINTR)
			error = -errno;
		else if (more == 0)
			length = done;
		else if (more > 0)
			done += (size_t)more;
	}
	close(file);
	if (error < 0) {
		free(bytes);
		return error;
	}
	*ret_bytes = bytes;
	*ret_length = length;
	return 0;
}

/* NULL when the image is whole and of this version, else what is wrong with it. */
static const char *find_fault(const struct analyst *analyst, const uint8_t *image, size_t bytes)
{
	struct head head;
	uint64_t sum;
	if (bytes < sizeof head + sizeof sum)
		return "cut short";
	memcpy(&head, image, sizeof head);
	memcpy(&sum, image + bytes - sizeof sum, sizeof sum);
	if (memcmp(head.magic, magic, sizeof magic) != 0)
		return "no file of baselines";
	if (head.version != FORMAT_VERSION ||
		head.detector_bytes != analyst_detector_bytes(analyst) ||
		head.history_bytes != sizeof(struct history))
		return "written by another version";
	if ((bytes - sizeof head - sizeof sum) % record_bytes(analyst) != 0 ||
		(bytes - sizeof head - sizeof sum) / record_bytes(analyst) != head.count)
		return "cut short";
	return checksum(image, bytes - sizeof sum) == sum ? NULL : "checksum is wrong";
}

static int take_records(struct analyst *analyst, const uint8_t *image)
{
	struct head head;
	memcpy(&head, image, sizeof head);
	const uint8_t *next = image + sizeof head;
	int error = 0;
	for (uint64_t i = 0; i < head.count && error == 0; i++) {
		struct record record;
		struct history history;
		memcpy(&record, next, sizeof record);
		record.range[sizeof record.range - 1] = '\0';
		record.technique[sizeof record.technique - 1] = '\0';
		const uint8_t *detector = next + sizeof record;
		memcpy(&history, detector + head.detector_bytes, sizeof history);
		error = analyst_restore(analyst, &(struct analyst_memory){record.range,
							 record.technique, detector, &history});
		next += record_bytes(analyst);
	}
	return error;
}

static void set_aside(const char *folder, const char *path, const char *fault,
	const struct baselines_listener *listener)
{
	char damaged[PATH_MAX], message[128];
	make_path(folder, "baselines.damaged", damaged);
	bool is_moved = rename(path, damaged) == 0;
	snprintf(message, sizeof message, "%s: %s; learning begins anew", fault,
		is_moved ? "renamed to baselines.damaged" : "it cannot be renamed");
	listener->fault(listener->argument, path, message);
}

int baselines_load(
	const char *folder, struct analyst *analyst, const struct baselines_listener *listener)
{
	char path[PATH_MAX];
	uint8_t *image = NULL;
	size_t bytes = 0;
	if (mkdir(folder, 0750) < 0 && errno != EEXIST)
		return tell(listener, folder, -errno);
	make_path(folder, "baselines", path);
	int error = read_whole(path, &image, &bytes);
	if (error == -ENOENT)
		return 0;
	if (error < 0)
		return tell(listener, path, error);
	const char *fault = find_fault(analyst, image, bytes);
	if (fault)
		set_aside(folder, path, fault, listener);
	else
		error = take_records(analyst, image);
	free(image);
	return error < 0 ? tell(listener, path, error) : 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/drops.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_SIZE                                                                                  \
	(64 * 1024) /* 400 interfaces, or 500 processors; what is beyond is not counted            \
		     */

/* The columns of reception: bytes packets errors drops fifo frame compressed multicast. */
static int parse_columns(const char *text, uint64_t *ret_drops)
{
	unsigned long long drops, fifo;

	if (sscanf(text, "%*u %*u %*u %llu %llu", &drops, &fifo) != 2)
		return -ENOENT;
	*ret_drops = drops + fifo;
	return 0;
}

int drops_parse_device(const char *text, const char *interface, uint64_t *ret_drops)
{
	size_t length = strlen(interface);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += strspn(line, " \n");
		if (strncmp(line, interface, length) == 0 && line[length] == ':')
			return parse_columns(line + length + 1, ret_drops);
	}
	return -ENOENT;
}

uint64_t drops_parse_softnet(const char *text)
{
	unsigned int dropped;
	uint64_t sum = 0;

	for (const char *line = text; line && *line; line = strchr(line, '\n')) {
		line += strspn(line, "\n");
		if (sscanf(line, "%*x %x", &dropped) == 1)
			sum += dropped;
	}
	return sum;
}

static int read_text(const char *path, char text[TEXT_SIZE])
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	size_t length = 0;
	ssize_t bytes;

	if (file < 0)
		return -errno;
	while ((bytes = read(file, text + length, TEXT_SIZE - 1 - length)) > 0)
		length += (size_t)bytes;
	text[length] = '\0';
	close(file);
	return 0;
}

int drops_read_device(const char *interface, uint64_t *ret_drops)
{
	static _Thread_local char text[TEXT_SIZE];
	int error = read_text("/proc/self/net/dev", text);

	return error < 0 ? error : drops_parse_device(text, interface, ret_drops);
}

int drops_read_softnet(uint64_t *ret_drops)
{
	static _Thread_local char text[TEXT_SIZE];
	int error = read_text("/proc/self/net/softnet_stat", text);

	if (error == 0)
		*ret_drops = drops_parse_softnet(text);
	return error;
}

void drops_follow(uint64_t now, uint64_t *last, uint64_t *counted)
{
	*counted += now >= *last ? now - *last : now;
	*last = now;
}

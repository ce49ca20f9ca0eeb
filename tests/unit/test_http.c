/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "http/loopback.h"
#include "http/server.h"

#define LARGE_SIZE (32 << 20) /* more than the kernel takes in advance */

static atomic_int freed, news;

static void free_state(void *state)
{
	free(state);
	atomic_fetch_add(&freed, 1);
}

/* Hands each piece of news out once. */
static size_t read_news(void *state, char *ret_bytes, size_t size)
{
	int *seen = state;
	if (size < 4 || *seen == atomic_load(&news))
		return 0;
	(*seen)++;
	memcpy(ret_bytes, "new\n", 4);
	return 4;
}

static bool make_long(void *state, size_t worker, FILE *stream)
{
	int *left = state;
	fprintf(stream, "piece of worker below 2: %d\n", worker < 2);
	return --*left > 0;
}

static bool answer_at_once(void *user, struct request *request, struct answer *ret_answer)
{
	const char *path = request_path(request);
	size_t size;
	(void)user;
	if (strcmp(path, "/slow") == 0 || strcmp(path, "/long") == 0)
		return false;
	if (strcmp(path, "/live") == 0)
		*ret_answer = (struct answer){.status = 200,
			.type = "text/event-stream",
			.read_live = read_news,
			.state = calloc(1, sizeof(int)),
			.done = free_state};
	else if (strcmp(path, "/large") == 0)
		*ret_answer = (struct answer){.status = 200,
			.type = "text/plain",
			.owned = calloc(1, LARGE_SIZE),
			.size = LARGE_SIZE};
	else if (strcmp(path, "/none") != 0)
		answer_text(ret_answer, loopback_is_host(request) ? 200 : 421, "text\n");
	request_body(request, &size);
	answer_header(ret_answer, "X-Body", "%zu", size);
	return true;
}

static void answer_slowly(
	void *user, size_t worker, struct request *request, struct answer *ret_answer)
{
	(void)user, (void)worker;
	if (strcmp(request_path(request), "/long") == 0) {
		int *left = malloc(sizeof *left);
		*left = 3;
		*ret_answer = (struct answer){.status = 200,
			.type = "text/plain",
			.make_piece = make_long,
			.state = left,
			.done = free_state};
		return;
	}
	answer_text(ret_answer, 200, "slow\n");
}

static struct server *open_patient_server(
	unsigned workers, unsigned listeners, unsigned patience_ms)
{
	const struct server_settings settings = {
		.address = "127.0.0.1",
		.limits = {.connections = 16,
			.patience_ms = patience_ms,
			.listeners = listeners,
			.waiting = 4,
			.workers = workers},
		.answer_at_once = answer_at_once,
		.answer_slowly = answer_slowly,
	};
	struct server *server;
	assert_int_equal(server_open(&settings, &server), 0);
	return server;
}

static struct server *open_server(unsigned workers, unsigned listeners)
{
	return open_patient_server(workers, listeners, 0);
}

static int say(const struct server *server, const char *text)
{
	const struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_port = htons(server_port(server)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const struct timeval patience = {.tv_sec = 20};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
	for (size_t left = strlen(text); left > 0;) {
		ssize_t n = send(fd, text, left, MSG_NOSIGNAL);
		if (n <= 0)
			break; /* refused before it was whole */
		text += n;
		left -= (size_t)n;
	}
	return fd;
}

/* Reads until `wanted` was seen, or the end. */
static bool hears(int fd, const char *wanted)
{
	char text[16384];
	size_t size = 0;
	ssize_t n;
	while (size < sizeof text - 1 && (n = read(fd, text + size, sizeof text - 1 - size)) > 0) {
		text[size += (size_t)n] = '\0';
		if (strstr(text, wanted))
			return true;
	}
	return false;
}

static void expect(const struct server *server, const char *request, const char *wanted)
{
	int fd = say(server, request);
	bool is_heard = hears(fd, wanted);
	close(fd);
	if (!is_heard)
		fail_msg("no \"%s\" for: %s", wanted, request);
}

static void small_server_needs_no_workers(void **state)
{
	struct server *server = open_server(0, 0);
	(void)state;
	expect(server, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "text\n");
	expect(server, "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", " 200 ");
	/* No worker, no listener: told, not hung. */
	expect(server, "GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n", " 503 ");
	expect(server, "GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n", " 503 ");
	expect(server, "GET /none HTTP/1.1\r\nHost: localhost\r\n\r\n", " 500 ");
	server_close(server);
}

static void name_of_another_host_is_told(void **state)
{
	struct server *server = open_server(0, 0);
	(void)state;
	expect(server, "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", " 421 ");
	expect(server, "GET / HTTP/1.1\r\nHost: 127.0.0.1.evil.example\r\n\r\n", " 421 ");
	assert_true(loopback_is_address("127.8.9.1"));
	assert_true(loopback_is_address("::1"));
	assert_false(loopback_is_address("0.0.0.0"));
	assert_false(loopback_is_address("::"));
	assert_false(loopback_is_address("localhost"));
	server_close(server);
}

static void body_beyond_the_limit_is_refused(void **state)
{
	struct server *server = open_server(0, 0);
	char *request;
	(void)state;
	expect(server, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc",
		"X-Body: 3\r\n");
	assert_true(asprintf(&request,
			    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%0*d",
			    SERVER_BODY_MAX + 1, SERVER_BODY_MAX + 1, 0) > 0);
	expect(server, request, " 413 ");
	free(request);
	server_close(server);
}

static void pieces_and_state_of_a_long_answer(void **state)
{
	struct server *server = open_server(2, 0);
	(void)state;
	atomic_store(&freed, 0);
	int fd = say(server, "GET /long HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
	char text[4096] = "";
	size_t size = 0, pieces = 0;
	for (ssize_t n; (n = read(fd, text + size, sizeof text - 1 - size)) > 0;)
		size += (size_t)n;
	close(fd);
	for (const char *at = text; (at = strstr(at, "below 2: 1\n")); at++)
		pieces++;
	assert_int_equal(pieces, 3);
	expect(server, "GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n", "slow\n");
	server_close(server);
	assert_int_equal(atomic_load(&freed), 1);
}

static void listener_misses_nothing_and_no_state_is_lost(void **state)
{
	struct server *server = open_server(1, 1);
	(void)state;
	atomic_store(&freed, 0);
	atomic_store(&news, 1);
	int fd = say(server, "GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n");
	assert_true(hears(fd, "new\n"));
	/* One more than the limit: its state must be given back, too. */
	expect(server, "GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n", " 503 ");
	for (int i = 0; i < 100; i++) {
		atomic_fetch_add(&news, 1);
		server_wake(server);
		assert_true(hears(fd, "new\n"));
	}
	server_close(server);
	assert_false(hears(fd, "new\n"));
	close(fd);
	assert_int_equal(atomic_load(&freed), 2);
}

static bool is_closed(int fd)
{
	char byte;
	return recv(fd, &byte, 1, MSG_DONTWAIT) == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

static struct server_counts counts_of(const struct server *server)
{
	struct server_counts counts;
	server_count(server, &counts);
	return counts;
}

static void client_of_a_byte_now_and_then_does_not_stay(void **state)
{
	struct server *server = open_patient_server(0, 0, 100);
	int head = say(server, "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
	int content =
		say(server, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999\r\n\r\n");
	(void)state;
	/* However much they send, a byte at a time; somebody else's request is when it is noticed.
	 */
	while (!is_closed(head) || !is_closed(content)) {
		send(head, "a", 1, MSG_NOSIGNAL);
		send(content, "a", 1, MSG_NOSIGNAL);
		expect(server, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "text\n");
	}
	close(head);
	close(content);
	assert_true(counts_of(server).late >= 2);
	assert_int_equal(counts_of(server).crowded_out, 0);
	server_close(server);
}

static void client_that_takes_no_block_does_not_stay(void **state)
{
	struct server *server = open_patient_server(0, 1, 100);
	int slow = say(server, "GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n");
	(void)state;
	atomic_store(&news, 0);
	int listener = say(server, "GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n");
	assert_true(hears(slow, " 200 "));
	while (counts_of(server).late == 0)
		expect(server, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "text\n");
	/* Who waits for news is not the one that is slow. */
	atomic_fetch_add(&news, 1);
	server_wake(server);
	assert_true(hears(listener, "new\n"));
	close(slow);
	close(listener);
	server_close(server);
}

static void large_answer_is_whole(void **state)
{
	struct server *server = open_server(0, 0);
	static char bytes[1 << 16];
	size_t size = 0, head = 0;
	(void)state;
	int fd = say(server, "GET /large HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
	for (ssize_t n; (n = read(fd, bytes, sizeof bytes)) > 0; size += (size_t)n)
		for (ssize_t i = 0; i < n; i++)
			head += bytes[i] != 0;
	close(fd);
	assert_int_equal(size, head + LARGE_SIZE);
	server_close(server);
}

static void crowd_of_slow_clients_shuts_nobody_out(void **state)
{
	struct server *server = open_server(0, 1);
	int slow[40];
	(void)state;
	atomic_store(&news, 1);
	int listener = say(server, "GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n");
	assert_true(hears(listener, "new\n"));
	for (size_t i = 0; i < 40; i++)
		slow[i] = say(server, "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
	expect(server, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "text\n");
	assert_true(counts_of(server).crowded_out >= 40 - 16);
	assert_true(counts_of(server).connections <= 16);
	atomic_fetch_add(&news, 1);
	server_wake(server);
	assert_true(hears(listener, "new\n"));
	for (size_t i = 0; i < 40; i++)
		close(slow[i]);
	close(listener);
	server_close(server);
}

static void address_in_use_is_told(void **state)
{
	struct server *first = open_server(0, 0), *second = NULL;
	(void)state;
	struct server_settings settings = {.address = "127.0.0.1",
		.port = server_port(first),
		.limits = {.connections = 1},
		.answer_at_once = answer_at_once};
	assert_int_equal(server_open(&settings, &second), -EADDRINUSE);
	settings.address = "no-address";
	assert_int_equal(server_open(&settings, &second), -EINVAL);
	assert_null(second);
	server_close(first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_server_needs_no_workers),
		cmocka_unit_test(name_of_another_host_is_told),
		cmocka_unit_test(body_beyond_the_limit_is_refused),
		cmocka_unit_test(pieces_and_state_of_a_long_answer),
		cmocka_unit_test(listener_misses_nothing_and_no_state_is_lost),
		cmocka_unit_test(client_of_a_byte_now_and_then_does_not_stay),
		cmocka_unit_test(client_that_takes_no_block_does_not_stay),
		cmocka_unit_test(large_answer_is_whole),
		cmocka_unit_test(crowd_of_slow_clients_shuts_nobody_out),
		cmocka_unit_test(address_in_use_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

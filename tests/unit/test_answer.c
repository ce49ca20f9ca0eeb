/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#define OK "HTTP/1.1 200 OK\r\n"
#define END "\r\n\r\n"

static bool is_plain(const char *message, size_t bytes)
{
	uint8_t *exact = test_malloc(bytes + 1);

	memcpy(exact + 1, message, bytes); /* a sanitizer sees what is read beyond */
	bool is_plain = answer_is_plain(exact + 1, (uint32_t)bytes);
	test_free(exact);
	return is_plain;
}

static void answer_that_has_a_category_is_passed_over(void **state)
{
	static const char *const telling[] = {
		OK "Content-Type: application/octet-stream" END,
		OK "content-type:application/x-msdownload" END,
		OK "Content-Type: application/ocsp-response" END,
		OK "Content-Type: video/mp4" END,
		OK "Content-Type:  audio/ogg; x=y" END,
		OK "Content-Type: video/x" END,
		OK "Content-Type: text/html\r\nContent-Disposition: attachment; filename=a.exe" END,
		OK "Server: ntopng 5.3 (x86_64)" END,
		OK "Accept: application/x-rtsp-tunnelled" END,
		OK "Host: www.example.com" END,
	};

	(void)state;
	for (size_t i = 0; i < sizeof telling / sizeof telling[0]; i++)
		assert_false(is_plain(telling[i], strlen(telling[i])));
}

static void page_is_taken_for_more(void **state)
{
	static const char *const plain[] = {
		OK "\r\n",
		OK "Content-Type: text/html; charset=utf-8\r\nAccept-Ranges: bytes" END,
		OK "Server: nginx\r\nDate: today\r\nContent-Type: image/png" END "\x89PNG",
		OK "Content-Type:" END,
		"HTTP/1.0 304 Not Modified\r\nVary: a\r\nContent-Length: 5" END,
		"HTTP/1.1 404 No\r\nContent-Type: text/plain" END "Content-Type: video/mp4",
	};

	(void)state;
	for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
		assert_true(is_plain(plain[i], strlen(plain[i])));
}

static void head_that_is_not_whole_is_plain(void **state)
{
	static const char whole[] = OK "Server: x\r\nContent-Type: text/html\r\n\r\n";

	(void)state;
	for (size_t count = 0; count < sizeof whole - 1; count++)
		assert_false(is_plain(whole, count));
	assert_true(is_plain(whole, sizeof whole - 1));
}

static void what_is_no_answer_is_plain(void **state)
{
	static const char *const others[] = {"GET / HTTP/1.1" END, "RTSP/1.0 200 OK" END,
		"HTTP/1.1 xyz" END, "HTTP/1.1 99 No" END, "HTTP/1.1 099 No" END,
		"HTTP/1.1 510 No" END, "HTTP/1.1" END, "\n\n", "\r\n\r\n"};

	(void)state;
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		assert_false(is_plain(others[i], strlen(others[i])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answer_that_has_a_category_is_passed_over),
		cmocka_unit_test(page_is_taken_for_more),
		cmocka_unit_test(head_that_is_not_whole_is_plain),
		cmocka_unit_test(what_is_no_answer_is_plain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

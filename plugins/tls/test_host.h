/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TLS_TEST_HOST_H
#define TLS_TEST_HOST_H
/* The sensor as the plugin tls sees it: it takes down what is reported. And how handshakes begin.
 */
#include <surgetap/plugin.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

extern const struct surgetap_plugin surgetap_plugin_tls;

#define COUNT(array) (sizeof array / sizeof array[0])
#define START(text) text, sizeof text - 1
#define TCP 6
#define UDP 17

static unsigned reports;
static struct surgetap_evidence last;
static char reason[96];

static void on_report(const struct surgetap_call *call, const struct surgetap_evidence *evidence)
{
	(void)call;
	reports++;
	last = *evidence;
	assert_true(strlen(evidence->reason) < sizeof reason);
	strcpy(reason, evidence->reason);
}

static const struct surgetap_host host = {
	.abi = SURGETAP_ABI, .size = sizeof host, .report = on_report};

/* How a payload begins, how long it is on the wire; what was captured is exactly the beginning. */
struct start {
	uint8_t transport;
	const char *bytes;
	size_t captured_bytes;
	uint32_t length_bytes;
};

static const struct start handshakes[] = {
	{TCP, START("\x16\3\1\2\0\1\0\1\xfc\3\3"), 517},
	{TCP, START("\x16\3\3\0\x7a\2\0\0\x76\3\3"), 1460},
	{UDP, START("\x16\xfe\xfd\0\0\0\0\0\0\0\0\0\x50\1\0\0\x44\0\0\0\0\0\0\0\x44"), 93},
	{UDP, START("\x16\xfe\xff\0\0\0\0\0\0\0\0\0\x23\3\0\0\x17\0\0\0\0\0\0\0\x17"), 48},
	{UDP, START("\xc3\0\0\0\1\x08\1"), 1200},
	{UDP, START("\xd3\x6b\x33\x43\xcf\x08\1"), 1252},
	{UDP, START("\xc3\xff\0\0\x1d\x08\1"), 1200},
	{UDP, START("\x0d-bcdefghQ043\1"), 1350},
	{UDP, START("\xc3T051\x08\0abcdefg"), 1350},
	{TCP, START("\x80\x2e\1\0\2\0\x15\0\0\0\x10"), 48},
};

#endif

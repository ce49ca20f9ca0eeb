/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOR_TEST_HOST_H
#define TOR_TEST_HOST_H
/* The sensor as the plugin tor sees it: it takes down what it is told. */
#include "memory.h"

#include <surgetap/plugin.h>

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

extern const struct surgetap_plugin surgetap_plugin_tor;

#define MICRODESC                                                                                  \
	"network-status-version 3 microdesc\n"                                                     \
	"valid-after 2026-11-20 09:00:00\n"                                                        \
	"r a AAAAAAAAAAAAAAAAAAAAAAAAAAA 2038-01-01 00:00:00 198.51.100.11 9001 9030\n"            \
	"a [2001:db8::11]:9443\n"                                                                  \
	"s Running\n"                                                                              \
	"directory-footer\n"

static char list_file[] = "/tmp/surgetap-relays-XXXXXX";

/* What the plugin has told the sensor. */
static struct {
	unsigned warnings, failures, lists, reports;
	char where[64], list[96], warning[96];
	struct surgetap_evidence evidence;
} told;

static void on_warn(const struct surgetap_host *host, const char *where, const char *message)
{
	(void)host;
	if (told.warnings++ == 0)
		snprintf(told.where, sizeof told.where, "%s", where);
	snprintf(told.warning, sizeof told.warning, "%s", message);
}

static void on_fail(const struct surgetap_host *host, const char *where, const char *message)
{
	(void)host;
	(void)message;
	told.failures++;
	snprintf(told.where, sizeof told.where, "%s", where);
}

static void on_list(const struct surgetap_host *host, const char *name, const char *state)
{
	(void)host;
	assert_string_equal(name, "tor_relays");
	told.lists++;
	snprintf(told.list, sizeof told.list, "%s", state);
}

static void on_report(const struct surgetap_call *call, const struct surgetap_evidence *evidence)
{
	(void)call;
	told.reports++;
	told.evidence = *evidence;
}

static const struct surgetap_host host = {
	SURGETAP_ABI, sizeof host, on_warn, on_fail, on_list, on_report};

static inline void write_list(const char *text)
{
	FILE *stream = fopen(list_file, "w");

	assert_non_null(stream);
	fputs(text, stream);
	assert_int_equal(fclose(stream), 0);
}

static inline int load_list(const char *text, void **ret_shared)
{
	const struct surgetap_setting settings[] = {{"relays", list_file}, {NULL, NULL}};

	memset(&told, 0, sizeof told);
	write_list(text);
	return surgetap_plugin_tor.load(&host, settings, ret_shared);
}

static inline struct surgetap_endpoint endpoint(const char *address, uint16_t port)
{
	struct surgetap_endpoint value = {.port = port};

	if (strchr(address, ':') != NULL) {
		assert_int_equal(inet_pton(AF_INET6, address, value.address.bytes), 1);
	} else {
		memset(value.address.bytes + 10, 0xff, 2);
		assert_int_equal(inet_pton(AF_INET, address, value.address.bytes + 12), 1);
	}
	return value;
}

static inline struct surgetap_flow tls_flow(const char *address, uint16_t port)
{
	return (struct surgetap_flow){
		.size = sizeof(struct surgetap_flow),
		.ip_version = 4,
		.transport = 6,
		.answered = true,
		.server = endpoint(address, port),
		.protocol = "tls",
		.master = "unknown",
		.category = "Web",
		.confidence = SURGETAP_CONFIDENCE_DPI,
	};
}

/* Shows the plugin payloads that begin as given, each as long as its record; then the verdict. */
struct start {
	bool from_client;
	const char *bytes;
	size_t count;
};

#define START(text) text, sizeof text - 1
static inline enum surgetap_grade grade_of_starts(
	struct surgetap_flow *flow, const struct start *starts, size_t count)
{
	static const struct surgetap_setting none[] = {{NULL, NULL}};
	struct memory memory = {0};
	struct surgetap_call call = {.host = &host, .flow = flow, .flow_state = &memory};
	enum surgetap_next next = SURGETAP_MORE;
	void *shared = NULL;

	assert_int_equal(surgetap_plugin_tor.load(&host, none, &shared), 0);
	memset(&told, 0, sizeof told);
	call.shared = shared;
	for (size_t i = 0; i < count && next == SURGETAP_MORE; i++) {
		uint8_t *data = test_malloc(starts[i].count);
		const struct surgetap_payload payload = {data, (uint32_t)starts[i].count,
			(uint32_t)starts[i].count, starts[i].from_client, (uint8_t)i};

		memcpy(data, starts[i].bytes, starts[i].count);
		call.payload = &payload;
		next = surgetap_plugin_tor.on_packet(&call);
		test_free(data);
	}
	surgetap_plugin_tor.unload(shared);
	return told.reports ? told.evidence.grade : SURGETAP_GRADE_NONE;
}

/* Set-up and clean-up of a group of tests that use load_list. */
static inline int make_file(void **state)
{
	(void)state;
	return close(mkstemp(list_file));
}

static inline int remove_file(void **state)
{
	(void)state;
	return unlink(list_file);
}

#endif

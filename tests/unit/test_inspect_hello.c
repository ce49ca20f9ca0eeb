/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/client_hello.h"
#include "tests/unit/inspected_flow.h"

/* Shows a part of the hello as TCP of the client, behind what was shown before; with `count` 0 the
 * SYN. */
static void show_segment(struct flow *flow, const struct bytes *hello, uint32_t at, uint32_t count)
{
	static struct bytes bytes;
	struct packet packet;

	bytes.size = 0;
	put_ipv4(&bytes, 6, 20 + count);
	put_tcp(&bytes, count == 0 ? SYN : PSH | ACK);
	put(&bytes, hello->data + at, count);
	assert_int_equal(decode(LINK_RAW, &bytes, &packet), PACKET_DECODED);
	packet.ip = bytes.data;
	packet.payload = bytes.data + 40;
	packet.tcp_sequence = shown * 5 + (count == 0 ? 0xffffffffu : at);
	inspector_packet(inspector, flow, &packet, true);
}

static void plugins_see_the_first_segment_of_a_hello_alone(void **state)
{
	static const uint32_t cuts[][2] = {{0, 120}, {120, 0}}; /* in order, and not */
	struct bytes hello = {.size = 0};

	(void)state;
	put_hello_records(&hello, 16384);
	for (unsigned i = 0; i < 2; i++) {
		struct flow flow = new_flow();

		begin(4, true);
		show_segment(&flow, &hello, 0, 0);
		for (unsigned part = 0; part < 2; part++)
			show_segment(&flow, &hello, cuts[i][part],
				cuts[i][part] == 0 ? 120 : hello.size - 120);
		assert_int_equal(script.seen.hello, SURGETAP_HELLO_WHOLE);
		assert_string_equal(script.seen.sni, CLIENT_HELLO_NAME);
		assert_string_equal(script.seen.ja4, CLIENT_HELLO_JA4);
		end(NULL);
	}
}

static void verdict_comes_before_a_hello_that_has_begun(void **state)
{
	struct bytes hello = {.size = 0};
	struct flow flow = new_flow();

	(void)state;
	put_hello_records(&hello, 16384);
	begin(4, true);
	show_segment(&flow, &hello, 0, 120);
	assert_int_equal(script.seen.hello, SURGETAP_HELLO_PENDING);
	assert_int_equal(script.classified, 0);
	inspector_end(inspector, &flow);
	assert_int_equal(script.classified, 1);
	assert_int_equal(script.seen.hello, SURGETAP_HELLO_CUT);
}

/* STARTTLS: nDPI has named the greeting, plugins still wait for what follows. */
static void hello_after_the_verdict_is_not_read(void **state)
{
	struct bytes hello = {.size = 0};
	struct flow flow = new_flow();

	(void)state;
	put_hello_records(&hello, 16384);
	begin(4, true);
	show(&flow, CLASSIFY_PACKETS_TCP);
	assert_int_equal(script.classified, 1);
	assert_int_equal(script.seen.hello, SURGETAP_HELLO_NONE);
	show_segment(&flow, &hello, 0, hello.size);
	assert_int_equal(script.seen.hello, SURGETAP_HELLO_WHOLE);
	assert_string_equal(script.seen.sni, CLIENT_HELLO_NAME);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(plugins_see_the_first_segment_of_a_hello_alone, end),
		cmocka_unit_test_teardown(verdict_comes_before_a_hello_that_has_begun, end),
		cmocka_unit_test_teardown(hello_after_the_verdict_is_not_read, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

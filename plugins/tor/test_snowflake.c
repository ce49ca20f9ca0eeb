/* SPDX-License-Identifier: Apache-2.0 */
#include "test_host.h"

#define COUNT(array) (sizeof array / sizeof array[0])

/* A check's head, its USERNAME of 33 or 21 bytes, the role of its sender. */
#define STUN(type, bytes) "\0" type "\0" bytes "\x21\x12\xa4\x42transaction1"
#define OWN "cRnkjEbZiOsGJJbM"
#define OTHER "CHIIrMrnQLQUnESl"
#define BOTH_PION(receiver, sender) "\0\x06\0\x21" receiver ":" sender "\0\0\0"
#define ROLE(type)                                                                                 \
	"\x80" type "\0\x08"                                                                       \
	"tie-tie-"
#define CONTROLLING ROLE("\x2a")
#define CONTROLLED ROLE("\x29")

#define ASK_CLIENT                                                                                 \
	{                                                                                          \
		true, START(STUN("\1", "\x34") BOTH_PION(OTHER, OWN) CONTROLLING)                  \
	}
#define ASK_SERVER                                                                                 \
	{                                                                                          \
		false, START(STUN("\1", "\x34") BOTH_PION(OWN, OTHER) CONTROLLED)                  \
	}
#define ANSWER                                                                                     \
	{                                                                                          \
		false, START("\1\1\0\0\x21\x12\xa4\x42transaction1")                               \
	}
#define RECORD(type, bytes) type "\xfe\xfd\0\1\0\0\0\0\0\1" bytes
#define HELLO                                                                                      \
	{                                                                                          \
		false, START("\x16\xfe\xfd\0\0\0\0\0\0\0\0\0\x7c")                                 \
	}
#define DATA(from_client, bytes)                                                                   \
	{                                                                                          \
		from_client, START(RECORD("\x17", bytes))                                          \
	}

static enum surgetap_grade grade_of(const struct start *starts, size_t count)
{
	struct surgetap_flow flow = tls_flow("192.0.2.10", 50000);

	flow.transport = 17;
	flow.protocol = "stun";
	return grade_of_starts(&flow, starts, count);
}

static void snowflake_is_missed(void **state)
{
	static const struct start plain[] = {ASK_CLIENT, ANSWER, HELLO, DATA(true, "\0\x40"),
		DATA(false, "\0\x40"), DATA(true, "\0\x28"), DATA(true, "\0\x5c")};
	static const struct start by_the_other_end[] = {
		ASK_SERVER, HELLO, DATA(true, "\0\x40"), DATA(true, "\0\x5c")};
	/* a browser's proxy: the client's name is the receiver's */
	static const struct start to_browser[] = {
		{false, START(STUN("\1", "\x28") "\0\x06\0\x15" OWN ":AbC+\0\0\0" CONTROLLED)},
		DATA(true, "\0\x5c")};
	/* in one datagram behind another record */
	static const struct start joined[] = {
		ASK_CLIENT, {true, START(RECORD("\x17", "\0\1") "x" RECORD("\x17", "\0\x5c"))}};

	(void)state;
	assert_int_equal(grade_of(plain, COUNT(plain) - 1), SURGETAP_GRADE_NONE);
	assert_int_equal(grade_of(plain, COUNT(plain)), SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(
		grade_of(by_the_other_end, COUNT(by_the_other_end)), SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(grade_of(to_browser, COUNT(to_browser)), SURGETAP_GRADE_HEURISTIC);
	assert_int_equal(grade_of(joined, COUNT(joined)), SURGETAP_GRADE_HEURISTIC);
}

static void other_webrtc_is_called_snowflake(void **state)
{
	static const struct start cases[][4] = {
		/* a browser controls, though the other end is pion's */
		{{true, START(STUN("\1", "\x28") "\0\x06\0\x15" OTHER ":AbC+\0\0\0" CONTROLLING)},
			DATA(true, "\0\x5c")},
		/* a name of 16 with digits */
		{{true, START(STUN("\1", "\x34") BOTH_PION(OTHER, "cRnkjEbZ1OsGJJbM") CONTROLLING)},
			DATA(true, "\0\x5c")},
		/* the channel is opened by who does not control */
		{ASK_CLIENT, DATA(false, "\0\x5c")},
		/* another label */
		{ASK_CLIENT, DATA(true, "\0\x58")},
		/* speech */
		{ASK_CLIENT, {true, START("\x80\x6f\0\1\0\0\0\0ssrcspeechspeech")},
			DATA(true, "\0\x5c")},
		/* not encrypted yet: such a length in a handshake */
		{ASK_CLIENT, {true, START("\x16\xfe\xfd\0\0\0\0\0\0\0\0\0\x5c")}},
		/* a server is asked for one's own address */
		{{true, START(STUN("\1", "\0"))}, DATA(true, "\0\x5c")},
		/* no checks before */
		{HELLO, DATA(true, "\0\x5c")},
		/* both roles, or none */
		{{true, START(STUN("\1", "\x40") BOTH_PION(OTHER, OWN) CONTROLLING CONTROLLED)},
			DATA(true, "\0\x5c")},
		{{true, START(STUN("\1", "\x28") BOTH_PION(OTHER, OWN))}, DATA(true, "\0\x5c")},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(
			grade_of(cases[i], cases[i][2].count ? 3 : 2), SURGETAP_GRADE_NONE);
}

static void late_message_of_that_length_is_called_a_channels_opening(void **state)
{
	struct start starts[12] = {ASK_CLIENT};

	(void)state;
	for (size_t i = 1; i < COUNT(starts); i++)
		starts[i] = (struct start)DATA(true, "\0\x58");
	starts[COUNT(starts) - 1] = (struct start)DATA(true, "\0\x5c");
	assert_int_equal(grade_of(starts, COUNT(starts)), SURGETAP_GRADE_NONE);
}

/* Cut at every byte: nothing is read beyond, and only what is whole is believed. */
static void cut_check_is_believed(void **state)
{
	static const struct start whole[] = {ASK_CLIENT, DATA(true, "\0\x5c")};

	(void)state;
	for (size_t count = 1; count < whole[0].count; count++) {
		struct start starts[] = {whole[0], whole[1]};

		starts[0].count = count;
		assert_int_equal(grade_of(starts, 2), SURGETAP_GRADE_NONE);
	}
	for (size_t count = 1; count < whole[1].count; count++) {
		struct start starts[] = {whole[0], whole[1]};

		starts[1].count = count;
		assert_int_equal(grade_of(starts, 2), SURGETAP_GRADE_NONE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(snowflake_is_missed),
		cmocka_unit_test(other_webrtc_is_called_snowflake),
		cmocka_unit_test(late_message_of_that_length_is_called_a_channels_opening),
		cmocka_unit_test(cut_check_is_believed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

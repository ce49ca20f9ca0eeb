/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/dialogue.h"

#include "tests/unit/flow_packets.h"

#include <stdio.h>

#define HEADER 40

static struct dialogues *dialogues;
static struct dialogue dialogue;

/* What was said, as a line: ">" from the client, "<" from the server, each with its bytes. */
static char said[65536];
static size_t said_bytes, messages;
static struct packet latest;

static void on_said(void *argument, const struct packet *message, bool from_client)
{
	(void)argument;
	said[said_bytes++] = from_client ? '>' : '<';
	memcpy(said + said_bytes, message->payload, message->payload_captured_bytes);
	said_bytes += message->payload_captured_bytes;
	said[said_bytes] = '\0';
	latest = *message;
	messages++;
	/* As nDPI reads it: by the header's own length. */
	assert_ptr_equal(message->payload + message->payload_captured_bytes,
		message->ip + message->ip_captured_bytes);
	if (message->payload_captured_bytes == message->payload_bytes)
		assert_int_equal(message->ip[2] << 8 | message->ip[3], message->ip_bytes);
}

static const struct dialogue_listener listener = {on_said, NULL};

static int begin(void **state)
{
	(void)state;
	dialogue = (struct dialogue){0};
	said_bytes = messages = 0;
	said[0] = '\0';
	return dialogues_new(&dialogues);
}

static int end(void **state)
{
	(void)state;
	dialogue_end(dialogues, &dialogue);
	dialogues_free(dialogues);
	return 0;
}

/* A segment of which all is at hand but the last `missing` bytes, in memory of its own size. */
static void put_segment(struct dialogue *to, bool from_client, uint8_t flags, uint32_t sequence,
	uint32_t acknowledged, const char *text, uint32_t missing, uint8_t fragment)
{
	uint32_t bytes = (uint32_t)strlen(text);
	uint8_t *ip = test_malloc(HEADER + bytes);
	struct packet packet = tcp_packet(flags, bytes + missing);

	memset(ip, 0, HEADER);
	packet_set_length(ip, 4, HEADER + bytes + missing);
	memcpy(ip + HEADER, text, bytes);
	packet.ip = ip;
	packet.payload = ip + HEADER;
	packet.payload_captured_bytes = bytes;
	packet.ip_captured_bytes = HEADER + bytes;
	packet.ip_bytes = HEADER + bytes + missing;
	packet.tcp_sequence = sequence;
	packet.tcp_acknowledgement = acknowledged;
	packet.fragment = fragment;
	dialogue_add(dialogues, to, &packet, from_client, &listener);
	test_free(ip);
}

static void ask(uint8_t flags, uint32_t sequence, const char *text)
{
	put_segment(&dialogue, true, flags, sequence, 0, text, 0, PACKET_FRAGMENT_NONE);
}

static void answer(uint8_t flags, uint32_t sequence, const char *text)
{
	put_segment(&dialogue, false, flags, sequence, 0, text, 0, PACKET_FRAGMENT_NONE);
}

static void whole_segments_are_kept_back(void **state)
{
	(void)state;
	ask(PSH, 1, "ask");
	assert_string_equal(said, ">ask");
	answer(PSH, 1, "answer");
	assert_string_equal(said, ">ask<answer");
}

static void message_in_segments_is_shown_in_pieces(void **state)
{
	(void)state;
	dialogue_start(&dialogue, true, 0xfffffffe); /* the numbers wrap within it */
	ask(0, 0xfffffffe, "gr");
	ask(0, 0, "ee");
	ask(PSH, 2, "ting");
	assert_string_equal(said, ">greeting");
	assert_int_equal(messages, 1);
	assert_int_equal(latest.ip_bytes, HEADER + 8);
}

static void answer_comes_before_what_it_answers(void **state)
{
	(void)state;
	ask(0, 1, "no push");
	assert_string_equal(said, "");
	answer(PSH, 1, "answer");
	assert_string_equal(said, ">no push<answer");
}

static void close_leaves_a_message_behind(void **state)
{
	(void)state;
	ask(0, 1, "last");
	ask(FIN, 5, " words");
	assert_string_equal(said, ">last words");
	ask(0, 20, "and");
	dialogue_finish(dialogues, &dialogue, &listener);
	assert_string_equal(said, ">last words>and");
}

static void overtaken_segment_is_shown_late_or_lost(void **state)
{
	(void)state;
	dialogue_start(&dialogue, true, 1);
	ask(PSH, 7, "three");
	ask(0, 4, "two");
	assert_string_equal(said, "");
	ask(0, 1, "one");
	assert_string_equal(said, ">onetwothree");
	answer(PSH, 1, "answer");
	assert_string_equal(said, ">onetwothree<answer");
}

static void answer_that_overtook_the_request_goes_first(void **state)
{
	(void)state;
	dialogue_start(&dialogue, true, 1);
	put_segment(&dialogue, false, PSH | ACK, 1, 4, "answer", 0, PACKET_FRAGMENT_NONE);
	assert_string_equal(said, "");
	ask(PSH, 1, "ask");
	assert_string_equal(said, ">ask<answer");
}

static void doubles_are_shown_twice(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++)
		ask(PSH, 1, "ask");
	for (int i = 0; i < 2; i++)
		answer(0, 1, "ans");
	for (int i = 0; i < 2; i++)
		answer(PSH, 4, "wer");
	assert_string_equal(said, ">ask<answer");
}

static void bytes_sent_again_with_new_ones_are_shown_twice(void **state)
{
	(void)state;
	ask(PSH, 1, "one");
	ask(PSH, 1, "ONEtwo"); /* the first copy stays */
	assert_string_equal(said, ">one>two");
	ask(0, 7, "thr");
	ask(PSH, 7, "three");
	assert_string_equal(said, ">one>two>three");
	ask(0, 12, "four");
	ask(PSH, 14, "URfive");
	assert_string_equal(said, ">one>two>three>fourfive");
}

static void lost_bytes_are_waited_for_for_ever(void **state)
{
	(void)state;
	dialogue_start(&dialogue, true, 1);
	ask(PSH, 100, "later");
	for (int i = 0; i < DIALOGUE_PATIENCE - 2; i++)
		answer(ACK, 1, "");
	assert_string_equal(said, "");
	answer(ACK, 1, "");
	assert_string_equal(said, ">later");
	ask(PSH, 105, "on");
	assert_string_equal(said, ">later>on");
}

static void bytes_lost_in_the_capture_alone_are_waited_for_as_long(void **state)
{
	(void)state;
	dialogue_start(&dialogue, true, 1);
	ask(PSH, 100, "later");
	for (int i = 0; i < DIALOGUE_PATIENCE_ACKNOWLEDGED; i++) {
		assert_string_equal(said, "");
		put_segment(&dialogue, false, ACK, 1, 105, "", 0, PACKET_FRAGMENT_NONE);
	}
	assert_string_equal(said, ">later");
}

static void message_goes_on_behind_a_gap(void **state)
{
	(void)state;
	ask(0, 1, "one");
	ask(PSH, 9, "three");
	dialogue_finish(dialogues, &dialogue, &listener);
	assert_string_equal(said, ">one>three");
}

static void too_many_early_segments_are_lost(void **state)
{
	char expected[8 * (EARLY_MAX + 1) + 1] = "";

	(void)state;
	dialogue_start(&dialogue, true, 1);
	for (uint32_t i = 0; i <= EARLY_MAX; i++) {
		ask(PSH, 100 + i, "x");
		strcat(expected, ">x");
	}
	assert_string_equal(said, expected);
}

static void snapped_segment_is_continued(void **state)
{
	(void)state;
	ask(0, 1, "one");
	put_segment(&dialogue, true, 0, 4, 0, "tw", 1, PACKET_FRAGMENT_NONE);
	assert_string_equal(said, ">onetw");
	assert_int_equal(latest.payload_bytes, 6);
	assert_int_equal(latest.ip_bytes, HEADER + 6);
	ask(PSH, 7, "three");
	assert_string_equal(said, ">onetw>three");
}

static void first_fragment_is_a_message(void **state)
{
	(void)state;
	put_segment(&dialogue, true, PSH, 1, 0, "frag", 0, PACKET_FRAGMENT_FIRST);
	assert_string_equal(said, "");
	ask(PSH, 1, "fragments");
	assert_string_equal(said, ">fragments");
	/* its encapsulation came in pieces */
	put_segment(&dialogue, true, PSH, 10, 0, "tun", 3, PACKET_FRAGMENT_FIRST);
	put_segment(&dialogue, true, PSH, 10, 0, "tunnel", 0, PACKET_FRAGMENT_WHOLE);
	assert_string_equal(said, ">fragments>tunnel");
}

static void endless_message_is_kept_back(void **state)
{
	static char piece[1001];

	(void)state;
	memset(piece, 'x', sizeof piece - 1);
	for (uint32_t i = 0; i < 10; i++)
		ask(0, 1 + 1000 * i, piece);
	assert_int_equal(messages, 2);
	assert_int_equal(said_bytes, 2 * 5000 + 2);
}

static void other_counting_is_taken_for_old_bytes(void **state)
{
	(void)state;
	ask(PSH, 0x80000000, "one");
	ask(PSH, 5, "two");
	assert_string_equal(said, ">one>two");
}

static void half_closed_connection_makes_the_answer_wait(void **state)
{
	(void)state;
	ask(PSH, 1, "ask");
	ask(FIN, 4, "");
	put_segment(&dialogue, false, PSH | ACK, 1, 5, "answer", 0, PACKET_FRAGMENT_NONE);
	assert_string_equal(said, ">ask<answer");
}

/* A flow more than there are buffers. */
static void full_pool_harms_more_than_the_oldest(void **state)
{
	static struct dialogue flows[DIALOGUE_HEADS_MAX + 1];
	struct head_pool_stats stats;

	(void)state;
	memset(flows, 0, sizeof flows);
	for (size_t i = 0; i <= DIALOGUE_HEADS_MAX; i++)
		put_segment(&flows[i], true, 0, 1, 0, "a", 0, PACKET_FRAGMENT_NONE);
	for (size_t i = 0; i <= DIALOGUE_HEADS_MAX; i++)
		put_segment(&flows[i], true, PSH, 2, 0, "b", 0, PACKET_FRAGMENT_NONE);
	assert_int_equal(messages, DIALOGUE_HEADS_MAX + 1);
	assert_int_equal(said_bytes, 3 * DIALOGUE_HEADS_MAX + 2);
	dialogues_stats(dialogues, &stats);
	assert_int_equal(stats.lost, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(whole_segments_are_kept_back, begin, end),
		cmocka_unit_test_setup_teardown(message_in_segments_is_shown_in_pieces, begin, end),
		cmocka_unit_test_setup_teardown(answer_comes_before_what_it_answers, begin, end),
		cmocka_unit_test_setup_teardown(close_leaves_a_message_behind, begin, end),
		cmocka_unit_test_setup_teardown(
			overtaken_segment_is_shown_late_or_lost, begin, end),
		cmocka_unit_test_setup_teardown(
			answer_that_overtook_the_request_goes_first, begin, end),
		cmocka_unit_test_setup_teardown(doubles_are_shown_twice, begin, end),
		cmocka_unit_test_setup_teardown(
			bytes_sent_again_with_new_ones_are_shown_twice, begin, end),
		cmocka_unit_test_setup_teardown(lost_bytes_are_waited_for_for_ever, begin, end),
		cmocka_unit_test_setup_teardown(
			bytes_lost_in_the_capture_alone_are_waited_for_as_long, begin, end),
		cmocka_unit_test_setup_teardown(message_goes_on_behind_a_gap, begin, end),
		cmocka_unit_test_setup_teardown(too_many_early_segments_are_lost, begin, end),
		cmocka_unit_test_setup_teardown(snapped_segment_is_continued, begin, end),
		cmocka_unit_test_setup_teardown(first_fragment_is_a_message, begin, end),
		cmocka_unit_test_setup_teardown(endless_message_is_kept_back, begin, end),
		cmocka_unit_test_setup_teardown(other_counting_is_taken_for_old_bytes, begin, end),
		cmocka_unit_test_setup_teardown(
			half_closed_connection_makes_the_answer_wait, begin, end),
		cmocka_unit_test_setup_teardown(full_pool_harms_more_than_the_oldest, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/handshake.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "flow/tls_record.h"

#define TCP 6
#define UDP 17
#define MESSAGE_HEADER 4u
#define ATTEMPTS_MAX 3
#define PATIENCE 16 /* datagrams without a new byte of the hello */

_Static_assert(TLS_SCRATCH_BYTES >= HEAD_BYTES_MAX && QUIC_DATAGRAM_MAX >= HEAD_BYTES_MAX,
	"one scratch area serves all");

struct handshake_reader {
	struct head_pool *pool;
	struct crypt *crypt;
	bool with_fingerprints;
	uint8_t scratch[QUIC_DATAGRAM_MAX];
};

int handshake_reader_new(
	struct head_pool *pool, bool with_fingerprints, struct handshake_reader **ret_reader)
{
	struct handshake_reader *reader = calloc(1, sizeof *reader);
	if (!reader)
		return -ENOMEM;
	int error = crypt_new(&reader->crypt);
	if (error < 0) {
		free(reader);
		return error;
	}
	reader->pool = pool;
	reader->with_fingerprints = with_fingerprints;
	*ret_reader = reader;
	return 0;
}

void handshake_reader_free(struct handshake_reader *reader)
{
	if (!reader)
		return;
	crypt_free(reader->crypt);
	free(reader);
}

/* A name that holds NUL, which none may, is cut there. */
static void copy_text(struct hello_span text, char *ret_text, size_t size)
{
	size_t count = text.count < size ? text.count : size - 1;
	if (count > 0)
		memcpy(ret_text, text.bytes, count);
	ret_text[count] = '\0';
}

/* Protocols separated by commas, as many as fit whole. */
static void copy_alpn(struct hello_span list, char ret_text[HANDSHAKE_ALPN_SIZE])
{
	struct hello_span name;
	size_t length = 0;
	while (hello_next_name(&list, &name) && length + 1 + name.count < HANDSHAKE_ALPN_SIZE) {
		if (length > 0)
			ret_text[length++] = ',';
		memcpy(ret_text + length, name.bytes, name.count);
		length += name.count;
	}
	ret_text[length] = '\0';
}

/* The hello is there, or all of it that will ever be. */
static void read_hello(struct handshake_reader *reader, struct handshake *handshake,
	const uint8_t *body, uint32_t count, uint32_t stated)
{
	static const char carriers[] = {
		[HANDSHAKE_TLS] = 't', [HANDSHAKE_DTLS] = 'd', [HANDSHAKE_QUIC] = 'q'};
	struct hello hello;
	hello_read(body, count, handshake->carrier == HANDSHAKE_DTLS, &hello);
	hello.is_whole = hello.is_whole && count == stated;
	handshake->hello = hello.is_whole ? SURGETAP_HELLO_WHOLE : SURGETAP_HELLO_CUT;
	handshake->offered = hello.version;
	handshake->has_ech = hello.has_ech;
	copy_text(hello.name, handshake->sni, sizeof handshake->sni);
	copy_alpn(hello.alpn, handshake->alpn);
	if (!reader->with_fingerprints)
		return;
	fingerprint_ja3(reader->crypt, &hello, handshake->ja3);
	fingerprint_ja4(reader->crypt, &hello, carriers[handshake->carrier], handshake->ja4);
}

/* A hello of TLS at the start of what can be seen of a stream. */
static void try_tls(struct handshake_reader *reader, struct handshake *handshake,
	struct stream *stream, const struct packet *packet, struct stream_view view)
{
	struct tls_message message;
	enum tls_found found = tls_find_hello(view.data, view.bytes, reader->scratch, &message);
	bool is_pending = handshake->hello == SURGETAP_HELLO_PENDING;
	if (found != TLS_FOUND_NOTHING && message.type == TLS_SERVER_HELLO) {
		handshake->chosen = hello_read_chosen(message.body, message.bytes);
		found = TLS_FOUND_NOTHING;
	}
	if (found == TLS_FOUND_NOTHING) {
		if (is_pending) {
			handshake->hello = SURGETAP_HELLO_NONE;
			handshake->carrier = HANDSHAKE_NONE;
		}
		return;
	}
	handshake->carrier = HANDSHAKE_TLS;
	if (found == TLS_FOUND_WHOLE || view.is_over) {
		read_hello(reader, handshake, message.body, message.bytes, message.stated);
	} else {
		if (!is_pending)
			stream_keep(reader->pool, stream, packet);
		handshake->hello = SURGETAP_HELLO_PENDING;
	}
}

static struct stream_view view_packet(const struct packet *packet)
{
	return (struct stream_view){.data = packet->payload,
		.bytes = packet->payload_captured_bytes,
		.is_over = packet->payload_captured_bytes < packet->payload_bytes};
}

/* The other side's answer, which fits into its first segment. */
static void read_answer(
	struct handshake_reader *reader, struct handshake *handshake, const struct packet *packet)
{
	struct tls_message message;
	if (handshake->chosen == 0 &&
		tls_find_hello(packet->payload, packet->payload_captured_bytes, reader->scratch,
			&message) != TLS_FOUND_NOTHING &&
		message.type == TLS_SERVER_HELLO)
		handshake->chosen = hello_read_chosen(message.body, message.bytes);
}

static void add_segment(struct handshake_reader *reader, struct handshake *handshake,
	struct stream *stream, const struct packet *packet, bool from_client)
{
	if (handshake->hello != SURGETAP_HELLO_NONE && handshake->from_client != from_client) {
		read_answer(reader, handshake, packet);
		return;
	}
	if (handshake->hello > SURGETAP_HELLO_PENDING)
		return;
	bool is_pending = handshake->hello == SURGETAP_HELLO_PENDING;
	/* A handshake may follow a greeting in clear. */
	struct stream_view view =
		is_pending ? stream_view(reader->pool, stream) : view_packet(packet);
	if (is_pending && !view.data) {
		handshake->hello = SURGETAP_HELLO_CUT; /* its buffer is gone */
		return;
	}
	handshake->from_client = from_client;
	try_tls(reader, handshake, stream, packet, view);
}

/* The datagrams' hello is whole, or as whole as it will be. */
static void read_datagrams(struct handshake_reader *reader, struct handshake *handshake)
{
	const uint8_t *bytes = head_data(reader->pool, &handshake->datagrams);
	uint32_t count = handshake->datagrams.bytes;
	uint32_t header = handshake->carrier == HANDSHAKE_QUIC ? MESSAGE_HEADER : 0;
	if (bytes && count > header) {
		count -= header;
		if (count > handshake->message_bytes)
			count = handshake->message_bytes;
		read_hello(reader, handshake, bytes + header, count, handshake->message_bytes);
	} else {
		handshake->hello = SURGETAP_HELLO_CUT;
	}
	head_end(reader->pool, &handshake->datagrams);
}

static void add_fragment(struct handshake_reader *reader, struct handshake *handshake,
	const struct dtls_fragment *fragment)
{
	if (handshake->hello == SURGETAP_HELLO_NONE) {
		handshake->carrier = HANDSHAKE_DTLS;
		handshake->number = fragment->number;
		handshake->message_bytes = fragment->message_bytes;
		if (fragment->count == fragment->message_bytes) {
			read_hello(reader, handshake, fragment->bytes, fragment->count,
				fragment->message_bytes);
			return;
		}
		head_begin(reader->pool, &handshake->datagrams);
		handshake->hello = SURGETAP_HELLO_PENDING;
	}
	if (handshake->hello != SURGETAP_HELLO_PENDING || fragment->number != handshake->number)
		return;
	head_put(reader->pool, &handshake->datagrams, fragment->offset, fragment->bytes,
		fragment->count);
	if (handshake->datagrams.bytes >= handshake->message_bytes)
		read_datagrams(reader, handshake);
}

static void add_dtls(struct handshake_reader *reader, struct handshake *handshake,
	const struct packet *packet, bool from_client)
{
	struct dtls_datagram datagram = {packet->payload, packet->payload_captured_bytes};
	struct dtls_fragment fragment;
	while (dtls_next_fragment(&datagram, &fragment)) {
		if (fragment.type == TLS_SERVER_HELLO && fragment.offset == 0)
			handshake->chosen = hello_read_chosen(fragment.bytes, fragment.count);
		if (fragment.type != TLS_CLIENT_HELLO || fragment.message_bytes == 0)
			continue;
		if (handshake->hello == SURGETAP_HELLO_NONE)
			handshake->from_client = from_client;
		add_fragment(reader, handshake, &fragment);
	}
}

/* A reader and the flow at hand, for the CRYPTO frames of a datagram. */
struct datagram {
	struct handshake_reader *reader;
	struct handshake *handshake;
};

static uint32_t stated_bytes(const uint8_t *message)
{
	return (uint32_t)message[1] << 16 | (uint32_t)message[2] << 8 | message[3];
}

static void on_crypto(void *argument, uint64_t offset, const uint8_t *bytes, uint32_t count)
{
	const struct datagram *datagram = argument;
	struct handshake *handshake = datagram->handshake;
	struct head *head = &handshake->datagrams;
	if (handshake->hello > SURGETAP_HELLO_PENDING || offset >= HEAD_BYTES_MAX)
		return;
	if (handshake->hello == SURGETAP_HELLO_NONE) {
		head_begin(datagram->reader->pool, head);
		handshake->hello = SURGETAP_HELLO_PENDING;
	}
	head_put(datagram->reader->pool, head, (uint32_t)offset, bytes, count);
	const uint8_t *message = head_data(datagram->reader->pool, head);
	if (!message || head->bytes < MESSAGE_HEADER || message[0] != TLS_CLIENT_HELLO)
		return;
	handshake->message_bytes = stated_bytes(message);
	if (head->bytes - MESSAGE_HEADER >= handshake->message_bytes)
		read_datagrams(datagram->reader, handshake);
}

static void add_quic(struct handshake_reader *reader, struct handshake *handshake,
	const struct packet *packet, bool from_client)
{
	struct datagram datagram = {reader, handshake};
	const struct quic_listener listener = {on_crypto, &datagram};
	if (packet->payload_captured_bytes < packet->payload_bytes || /* the tag is missing */
		handshake->hello > SURGETAP_HELLO_PENDING || handshake->attempts >= ATTEMPTS_MAX ||
		(handshake->hello == SURGETAP_HELLO_PENDING &&
			handshake->from_client != from_client) ||
		!quic_is_initial(packet->payload, packet->payload_captured_bytes))
		return;
	uint8_t carrier = handshake->carrier;
	handshake->carrier = HANDSHAKE_QUIC;
	if (quic_open_initials(reader->crypt, &handshake->quic, packet->payload,
		    packet->payload_captured_bytes, reader->scratch, &listener) > 0) {
		handshake->from_client = from_client;
		handshake->chosen = HANDSHAKE_TLS13; /* RFC 9001, 4.2: no other */
	} else {
		handshake->carrier = carrier;
		handshake->attempts++;
	}
}

static void add_datagram(struct handshake_reader *reader, struct handshake *handshake,
	const struct packet *packet, bool from_client)
{
	uint16_t before = handshake->datagrams.bytes;
	add_dtls(reader, handshake, packet, from_client);
	add_quic(reader, handshake, packet, from_client);
	if (handshake->hello != SURGETAP_HELLO_PENDING)
		return;
	handshake->idle = handshake->datagrams.bytes > before ? 0 : handshake->idle + 1;
	if (handshake->idle >= PATIENCE || handshake->datagrams.is_lost)
		read_datagrams(reader, handshake);
}

void handshake_add(struct handshake_reader *reader, struct handshake *handshake,
	struct stream *stream, const struct packet *packet, bool from_client)
{
	if (packet->transport == TCP)
		add_segment(reader, handshake, stream, packet, from_client);
	else if (packet->transport == UDP)
		add_datagram(reader, handshake, packet, from_client);
}

void handshake_finish(
	struct handshake_reader *reader, struct handshake *handshake, struct stream *stream)
{
	struct tls_message message;
	if (handshake->hello != SURGETAP_HELLO_PENDING)
		return;
	if (handshake->carrier != HANDSHAKE_TLS) {
		read_datagrams(reader, handshake);
		return;
	}
	struct stream_view view = stream_view(reader->pool, stream);
	handshake->hello = SURGETAP_HELLO_CUT;
	if (view.data && tls_find_hello(view.data, view.bytes, reader->scratch, &message) !=
				 TLS_FOUND_NOTHING)
		read_hello(reader, handshake, message.body, message.bytes, message.stated);
}

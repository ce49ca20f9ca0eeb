/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROXY_MSE_H
#define PROXY_MSE_H
/*
 * BitTorrent's Message Stream Encryption makes a peer's connection random from the first byte on,
 * as proxies are. Its messages have sizes of their own: keys of 96 bytes, padding of at most 512,
 * and behind them BitTorrent's handshake of 68 bytes, which RC4 leaves as long as it is.
 */
#include <surgetap/plugin.h>

/* Zero at start. */
struct mse {
	uint8_t turns;        /* begun: odd ones are the client's */
	bool is_other;        /* a message that it does not have */
	uint16_t offer_bytes; /* of the client's second turn */
};

/* Takes the flow's next payload. Returns true with the one that completes the sizes of an MSE
 * handshake with BitTorrent's behind it. */
bool mse_add(struct mse *mse, const struct surgetap_payload *payload);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Source: "Message Stream Encryption" of the Vuze wiki, and the peers of aria2, libtorrent and
 * Transmission as they were seen: the key and its padding; the client's offer, either padded or
 * with its handshake behind it; the server's choice, padded or with its own behind it.
 */
#include "mse.h"

#define KEY_BYTES 96u
#define PADDING_BYTES_MAX 512u
#define OFFER_BYTES 56u     /* two hashes of 20, constant of 8, 4 of methods, two lengths */
#define CHOICE_BYTES 14u    /* constant of 8, 4 of method, a length */
#define HANDSHAKE_BYTES 68u /* BEP 3: 1, 19 of the name, 8 of flags, 20 of hash, 20 of identity */

static bool is_within(uint32_t bytes, uint32_t least)
{
	return bytes >= least && bytes <= least + PADDING_BYTES_MAX;
}

/* The first message of a turn. Returns whether it may be MSE's. */
static bool is_turn(const struct mse *mse, uint32_t bytes)
{
	switch (mse->turns) {
	case 1:
	case 2:
		return is_within(bytes, KEY_BYTES);
	case 3:
		return is_within(bytes, OFFER_BYTES);
	case 4:
		return bytes >= CHOICE_BYTES;
	default:
		return mse->turns == 5 && bytes == HANDSHAKE_BYTES;
	}
}

/* The handshake came with the offer, which had no padding: so it does with the choice, or next. */
static bool is_answered_handshake(const struct mse *mse, uint32_t bytes, bool is_first)
{
	return mse->turns == 4 && mse->offer_bytes == OFFER_BYTES + HANDSHAKE_BYTES &&
	       bytes == (is_first ? CHOICE_BYTES + HANDSHAKE_BYTES : HANDSHAKE_BYTES);
}

bool mse_add(struct mse *mse, const struct surgetap_payload *payload)
{
	uint32_t bytes = payload->length_bytes;
	bool is_first = payload->from_client == (mse->turns % 2 == 0);

	if (mse->is_other)
		return false;
	mse->turns += is_first;
	if (mse->turns == 3)
		mse->offer_bytes = (uint16_t)bytes;
	/* keys and offer are one message each */
	mse->is_other = is_first ? !is_turn(mse, bytes) : mse->turns < 4;
	return !mse->is_other && (mse->turns == 5 || is_answered_handshake(mse, bytes, is_first));
}

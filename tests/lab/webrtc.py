#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""webrtc.py answer|offer ADDRESS PORT: one end of a call by aiortc: some sound, and a channel with lines of text. Offer and
answer cross over TCP."""
import asyncio
import json
import sys

from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack

LINES = 12


def talk(channel, over):
    def send(line):
        channel.send(f"line {line} of a conversation of the lab")

    @channel.on("message")
    def on_message(message):
        line = int(message.split()[1]) + 1
        if line < LINES:
            send(line)
        else:
            over.set()
    return send


async def tell(writer, description):
    writer.write(json.dumps({"sdp": description.sdp, "type": description.type}).encode() + b"\n")
    await writer.drain()


async def hear(reader):
    return RTCSessionDescription(**json.loads(await reader.readline()))


async def offer(address, port):
    over = asyncio.Event()
    peer = RTCPeerConnection()
    peer.addTrack(AudioStreamTrack())
    channel = peer.createDataChannel("lab")
    send = talk(channel, over)
    channel.on("open", lambda: send(0))
    await peer.setLocalDescription(await peer.createOffer())
    reader, writer = await asyncio.open_connection(address, port)
    await tell(writer, peer.localDescription)
    await peer.setRemoteDescription(await hear(reader))
    await asyncio.wait_for(over.wait(), 20)
    await asyncio.sleep(0.5)
    writer.close()
    await peer.close()


async def answer(address, port):
    over = asyncio.Event()

    async def meet(reader, writer):
        peer = RTCPeerConnection()
        peer.addTrack(AudioStreamTrack())
        peer.on("datachannel", lambda channel: talk(channel, over))
        await peer.setRemoteDescription(await hear(reader))
        await peer.setLocalDescription(await peer.createAnswer())
        await tell(writer, peer.localDescription)
        await reader.read()
        await peer.close()

    async with await asyncio.start_server(meet, address, port) as server:
        await server.serve_forever()


asyncio.run({"offer": offer, "answer": answer}[sys.argv[1]](sys.argv[2], int(sys.argv[3])))

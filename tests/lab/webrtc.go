// SPDX-License-Identifier: Apache-2.0

// webrtc answer|offer ADDRESS:PORT: one end of a channel of WebRTC by pion, as games and file senders use it. Offer and
// answer cross over TCP.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"net"
	"os"
	"time"

	"github.com/pion/webrtc"
)

const lines = 13

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// describe gathers candidates and sends what this end offers or answers.
func describe(peer *webrtc.PeerConnection, description webrtc.SessionDescription, conn net.Conn) {
	gathered := webrtc.GatheringCompletePromise(peer)
	check(peer.SetLocalDescription(description))
	<-gathered
	check(json.NewEncoder(conn).Encode(peer.LocalDescription()))
}

func hear(peer *webrtc.PeerConnection, conn net.Conn) {
	var description webrtc.SessionDescription
	check(json.NewDecoder(conn).Decode(&description))
	check(peer.SetRemoteDescription(description))
}

// talk answers each line with the next one.
func talk(channel *webrtc.DataChannel, over chan<- bool) {
	channel.OnMessage(func(message webrtc.DataChannelMessage) {
		var line int
		fmt.Sscanf(string(message.Data), "line %d", &line)
		if line < lines {
			channel.SendText(fmt.Sprintf("line %d of a conversation of the lab", line+1))
		} else {
			over <- true
		}
	})
}

func offer(address string) {
	peer, err := webrtc.NewPeerConnection(webrtc.Configuration{})
	check(err)
	conn, err := net.Dial("tcp", address)
	check(err)
	channel, err := peer.CreateDataChannel("chat", nil)
	check(err)
	over := make(chan bool, 1)
	talk(channel, over)
	channel.OnOpen(func() { channel.SendText("line 0 of a conversation of the lab") })
	description, err := peer.CreateOffer(nil)
	check(err)
	describe(peer, description, conn)
	hear(peer, conn)
	select {
	case <-over:
	case <-time.After(20 * time.Second):
		log.Fatal("no conversation")
	}
	check(peer.Close())
}

func answer(address string) {
	listener, err := net.Listen("tcp", address)
	check(err)
	conn, err := listener.Accept()
	check(err)
	peer, err := webrtc.NewPeerConnection(webrtc.Configuration{})
	check(err)
	peer.OnDataChannel(func(channel *webrtc.DataChannel) { talk(channel, make(chan bool, 1)) })
	hear(peer, conn)
	description, err := peer.CreateAnswer(nil)
	check(err)
	describe(peer, description, conn)
	select {} // until it is ended
}

func main() {
	map[string]func(string){"offer": offer, "answer": answer}[os.Args[1]](os.Args[2])
}

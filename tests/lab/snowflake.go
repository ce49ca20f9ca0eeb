// SPDX-License-Identifier: Apache-2.0

// The parts of Snowflake that Debian does not ship, for its client and proxy: a broker, a bridge, a STUN server.
// Messages, encapsulation and reliability are Snowflake's own packages (golang-snowflake-dev).
package main

import (
	"bufio"
	"flag"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"git.torproject.org/pluggable-transports/snowflake.git/common/encapsulation"
	"git.torproject.org/pluggable-transports/snowflake.git/common/messages"
	"git.torproject.org/pluggable-transports/snowflake.git/common/turbotunnel"
	"git.torproject.org/pluggable-transports/snowflake.git/common/websocketconn"
	"github.com/gorilla/websocket"
	"github.com/pion/stun"
	"github.com/xtaci/kcp-go"
	"github.com/xtaci/smux"
)

const patience = 10 * time.Second // of a poll

// broker hands one client's offer to the next proxy that asks, and the proxy's answer back.
type broker struct {
	offers, answers chan string
}

// meetClient takes an offer and waits for the answer to it.
func (b *broker) meetClient(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	request, err := messages.DecodeClientPollRequest(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	response := messages.ClientPollResponse{Error: "timed out waiting for answer!"}
	select {
	case b.offers <- request.Offer:
		response = messages.ClientPollResponse{Answer: <-b.answers}
	case <-time.After(patience):
	}
	reply, _ := response.EncodePollResponse()
	w.Write(reply)
}

// meetProxy waits for an offer.
func (b *broker) meetProxy(w http.ResponseWriter, r *http.Request) {
	var reply []byte
	select {
	case offer := <-b.offers:
		reply, _ = messages.EncodePollResponse(offer, true, "unknown")
	case <-time.After(patience):
		reply, _ = messages.EncodePollResponse("", false, "unknown")
	}
	w.Write(reply)
}

// takeAnswer is the proxy's second call.
func (b *broker) takeAnswer(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	answer, _, err := messages.DecodeAnswerRequest(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	b.answers <- answer
	reply, _ := messages.EncodeAnswerResponse(true)
	w.Write(reply)
}

// carry moves a client's packets between a proxy's WebSocket and the queues of its session.
func carry(packets *turbotunnel.QueuePacketConn, w http.ResponseWriter, r *http.Request) {
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	conn := websocketconn.New(ws)
	defer conn.Close()
	var start struct {
		token [8]byte
		id    turbotunnel.ClientID
	}
	if _, err := io.ReadFull(conn, start.token[:]); err != nil || start.token != turbotunnel.Token {
		return
	}
	if _, err := io.ReadFull(conn, start.id[:]); err != nil {
		return
	}
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		for {
			packet, err := encapsulation.ReadData(conn)
			if err != nil {
				return
			}
			packets.QueueIncoming(packet, start.id)
		}
	}()
	out := bufio.NewWriter(conn)
	for {
		select {
		case <-gone:
			return
		case packet := <-packets.OutgoingQueue(start.id):
			encapsulation.WriteData(out, packet)
			if out.Flush() != nil {
				return
			}
		}
	}
}

// relay joins each stream of each session with a connection of its own to the target.
func relay(packets net.PacketConn, target string) {
	listener, err := kcp.ServeConn(nil, 0, 0, packets)
	if err != nil {
		log.Fatal(err)
	}
	for {
		session, err := listener.AcceptKCP()
		if err != nil {
			log.Fatal(err)
		}
		session.SetStreamMode(true)
		session.SetWindowSize(65535, 65535)
		session.SetNoDelay(0, 0, 0, 1)
		config := smux.DefaultConfig()
		config.Version = 2
		mux, err := smux.Server(session, config)
		if err != nil {
			log.Fatal(err)
		}
		go func() {
			for {
				stream, err := mux.AcceptStream()
				if err != nil {
					return
				}
				go join(stream, target)
			}
		}()
	}
}

func join(stream net.Conn, target string) {
	defer stream.Close()
	conn, err := net.Dial("tcp", target)
	if err != nil {
		log.Print(err)
		return
	}
	defer conn.Close()
	go io.Copy(conn, stream)
	io.Copy(stream, conn)
}

// reflect tells each host its address as seen from here (RFC 8489).
func reflect(address string) {
	conn, err := net.ListenPacket("udp", address)
	if err != nil {
		log.Fatal(err)
	}
	buffer := make([]byte, 1500)
	for {
		count, from, err := conn.ReadFrom(buffer)
		if err != nil {
			log.Fatal(err)
		}
		request := &stun.Message{Raw: append([]byte(nil), buffer[:count]...)}
		if request.Decode() != nil || request.Type != stun.BindingRequest {
			continue
		}
		peer := from.(*net.UDPAddr)
		reply := stun.MustBuild(request, stun.BindingSuccess,
			&stun.XORMappedAddress{IP: peer.IP, Port: peer.Port}, stun.Fingerprint)
		conn.WriteTo(reply.Raw, from)
	}
}

func main() {
	front := flag.String("front", "", "address:port where clients meet the broker, over TLS")
	back := flag.String("back", "", "address:port where proxies meet it, and the bridge")
	stunAt := flag.String("stun", "", "address:port of the STUN server")
	target := flag.String("target", "", "address:port of the Tor bridge")
	certificate := flag.String("certificate", "", "file")
	key := flag.String("key", "", "file")
	page := flag.String("page", "", "file that proxies in browsers load as /volunteer")
	flag.Parse()

	b := &broker{make(chan string), make(chan string)}
	packets := turbotunnel.NewQueuePacketConn(turbotunnel.ClientID{}, time.Hour)
	http.HandleFunc("/client", b.meetClient)
	http.HandleFunc("/proxy", b.meetProxy)
	http.HandleFunc("/answer", b.takeAnswer)
	http.HandleFunc("/volunteer", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, *page) })
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { carry(packets, w, r) })
	go relay(packets, *target)
	go reflect(*stunAt)
	go func() { log.Fatal(http.ListenAndServe(*back, nil)) }()
	log.Fatal(http.ListenAndServeTLS(*front, *certificate, *key, nil))
}

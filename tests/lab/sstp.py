#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""sstp.py ADDRESS PORT CERTIFICATE KEY: a server that answers SSTP's first messages as [MS-SSTP] has it, for one client,
then PPP's first request, and leaves when the client says no more. Debian has a client only."""
import secrets
import socket
import ssl
import sys

TIMEOUT_S = 20
SILENCE_S = 1
ANSWER = (b"HTTP/1.1 200\r\nContent-Length: 18446744073709551615\r\nServer: Microsoft-HTTPAPI/2.0\r\n"
          b"Date: Thu, 26 Nov 2026 06:00:00 GMT\r\n\r\n")
CALL_CONNECT_REQUEST = bytes.fromhex("1001000e0001000100010006 0001".replace(" ", ""))
# Call Connect Acknowledge (2) with one attribute, the crypto binding request (4): SHA-256 and a nonce of 32 bytes.
CALL_CONNECT_ACK = bytes.fromhex("10010030 0002 0001 00040028 000000 02".replace(" ", ""))
# A data packet with LCP's Configure-Request: MRU and authentication by MS-CHAP v2.
CONFIGURE_REQUEST = bytes.fromhex("10000015 ff03 c021 01000011 01040fa0 0305c22381".replace(" ", ""))


def receive(connection, is_whole):
    data = b""
    while not is_whole(data):
        more = connection.recv(4096)
        assert more, "the client has left"
        data += more
    return data


def main():
    address, port, certificate, key = sys.argv[1:]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server((address, int(port))) as listener:
        connection = context.wrap_socket(listener.accept()[0], server_side=True)
    connection.settimeout(TIMEOUT_S)
    request = receive(connection, lambda data: data.endswith(b"\r\n\r\n"))
    assert request.startswith(b"SSTP_DUPLEX_POST /sra_{BA195980-CD49-458b-9E23-C84EE0ADCD75}/ HTTP/1.1\r\n")
    connection.sendall(ANSWER)
    assert receive(connection, lambda data: len(data) >= 14) == CALL_CONNECT_REQUEST
    connection.sendall(CALL_CONNECT_ACK + secrets.token_bytes(32))
    connection.sendall(CONFIGURE_REQUEST)
    connection.settimeout(SILENCE_S)
    try:
        while connection.recv(4096):
            pass
    except TimeoutError:
        connection.close()


main()

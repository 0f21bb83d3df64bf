#!/usr/bin/env python3
"""Joins a Driftfield server, flies in circles, and prints who leads, who destroys whom, and what is said.

    watch.py [--server http://127.0.0.1:8080] [--name NAME] [--seconds S] [--say TEXT]

Written from docs/wire.md with Python's standard library alone."""

import argparse, base64, json, os, socket, struct, time, urllib.request  # noqa: E401
from urllib.parse import urlsplit

CONTROL = 2  # lane
ROSTER, LEADERBOARD, KILLS, CHAT = range(4)  # our handles
NAMES = ("roster", "leaderboard", "kills", "chat")
PHRASES = ("Hello!", "Yes.", "No.", "Help!", "Follow me.", "Thank you!", "Sorry!", "Well played!")
WHOLE, CURRENT, FEED, ENDED, VALUE, DELTA = 1, 2, 4, 8, 1, 2


def varint(number):
    for limit, mark, form in ((1 << 16, 251, "<BH"), (1 << 32, 252, "<BI"), (1 << 64, 253, "<BQ")):
        if number < 251:
            return bytes([number])
        if number < limit:
            return struct.pack(form, mark, number)


def text(string):
    data = string.encode()
    return varint(len(data)) + data


class Reader:
    """Reads bincode, from the front."""
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        self.at += count
        return self.data[self.at - count:self.at]

    def number(self):
        first = self.take(1)[0]
        return first if first < 251 else int.from_bytes(self.take(1 << (first - 250)), "little")

    def text(self):
        return self.take(self.number()).decode()


class Bits:
    """Reads bits, the lowest of each byte first."""
    def __init__(self, data):
        self.number = int.from_bytes(data, "little")

    def take(self, count):
        value = self.number & ((1 << count) - 1)
        self.number >>= count
        return value

    def golomb(self):
        zeros = 0
        while self.take(1) == 0:
            zeros += 1
        return (1 << zeros) + self.take(zeros) - 1


class Game:
    def __init__(self, server, name, say):
        self.tick, self.margin, self.lead, self.flown = 0, 0, 4, 0
        self.boards, self.say = {ROSTER: {}, LEADERBOARD: {}}, say
        url = urlsplit(server)
        body = {"secret": base64.urlsafe_b64encode(os.urandom(16)).decode().rstrip("="), "is_bot": True}
        ask = urllib.request.Request(server + "/api/session", json.dumps(body).encode(), {"Content-Type": "application/json"})
        ticket = base64.urlsafe_b64decode(json.load(urllib.request.urlopen(ask))["ticket"] + "==")
        # Hello: content of the server, name, no token, a ticket, a bot, no checks.
        hello = varint(0) + varint(0) + text(name) + b"\0" + b"\1" + ticket + b"\1\0"
        greeting = base64.urlsafe_b64encode(hello).decode().rstrip("=")
        self.socket = socket.create_connection((url.hostname, url.port or 80))
        self.file = self.socket.makefile("rb")
        self.socket.sendall((
            f"GET /ws HTTP/1.1\r\nHost: {url.netloc}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n"
            f"Sec-WebSocket-Protocol: driftfield.10, greeting.{greeting}\r\n\r\n").encode())
        status = self.file.readline().decode()
        if " 101 " not in status:
            raise SystemExit(f"refused: {status.strip()}")
        while self.file.readline().strip():
            pass

    def send(self, data, opcode=2):
        mask = os.urandom(4)
        length = bytes([0x80 | len(data)]) if len(data) < 126 else struct.pack(">BH", 0xFE, len(data))
        data = bytes(byte ^ mask[n % 4] for n, byte in enumerate(data))
        self.socket.sendall(bytes([0x80 | opcode]) + length + mask + data)

    def read(self):
        """The next message of the server."""
        while True:
            first, length = self.file.read(2)
            if length > 125:
                size, form = ((2, ">H"), (8, ">Q"))[length - 126]
                length = struct.unpack(form, self.file.read(size))[0]
            data = self.file.read(length)
            if first & 15 == 8:
                raise SystemExit(f"closed with {data[0] * 256 + data[1]}: {data[2:].decode()}")
            if first & 15 != 9:
                return data
            self.send(data, 10)  # a ping

    def snapshot(self, bits):
        if bits.take(2) == 1:
            self.tick = bits.take(32)
            has_margin = bits.take(1)
        elif bits.take(1) == 0:
            self.tick, has_margin = self.tick + 1, 0
        else:
            self.tick += bits.golomb() + 1
            bits.take(1)
            has_margin = bits.take(1)
        if has_margin:
            self.margin = (bits.take(7) ^ 64) - 64
        # One command for each snapshot, so early that it arrives in time.
        self.lead = max(2, min(60, self.lead + (self.margin < 0) - (self.margin > 3)))
        self.flown += 1
        thrust, aim = 1 + self.flown // 4 % 32, self.flown * 64 % 4096
        command = (self.tick + self.lead & 0xFFFF) << 2 | (self.tick & 0xFFFF) << 18 | thrust << 42 | aim << 50
        self.send(command.to_bytes(8, "little"))

    def control(self, reader):
        variant = reader.number()
        if variant == 0:
            print(f"we are player {reader.number()}")
            for handle, name in enumerate(NAMES):
                self.send(bytes([CONTROL, 3, handle]) + text(name) + b"\0\0")
            if self.say:  # a request to the hub: number, nonce, to say, to the room, a text
                nonce = int.from_bytes(os.urandom(8), "little")
                self.send(bytes([CONTROL, 6, 1]) + varint(nonce) + b"\0\0\0" + text(self.say))
        elif variant == 5:
            print(f"request {reader.number()}: {'refused' if reader.number() else 'done'}")

    def topic(self, handle, reader):
        flags = reader.number()
        if flags & ENDED:
            raise SystemExit(f"there is no topic {NAMES[handle]}")
        if flags & WHOLE:
            reader.take(4)
            self.boards.get(handle, {}).clear()
        reader.number()
        while reader.at < len(reader.data):
            if flags & FEED:
                entry = Reader(reader.take(reader.number()))
                if handle == CHAT:
                    self.line(entry)
                else:
                    print(f"{self.name(entry.number())} destroyed {self.name(entry.number())}")
            else:
                self.change(self.boards[handle], reader)
        if handle == LEADERBOARD and flags & CURRENT:
            best = sorted(self.boards[handle].items(), key=lambda line: -Reader(line[1]).number())
            print("leaderboard: " + ", ".join(f"{self.name(key)} {Reader(value).number()}" for key, value in best))

    def change(self, board, reader):
        length, form = divmod(reader.number(), 4)
        key = int.from_bytes(reader.take(length), "little")
        value = board.pop(key, None)
        if form == VALUE:
            board[key] = reader.take(reader.number())
        elif form == DELTA:
            mask = Bits(reader.take((len(value) + 7) // 8))
            board[key] = bytes(reader.take(1)[0] if mask.take(1) else byte for byte in value)

    def name(self, player):
        return Reader(self.boards[ROSTER].get(player, b"\7someone")).text()

    def line(self, entry):
        entry.number(), entry.number(), entry.number()  # its number, when, and whose account
        speaker = entry.text()
        if entry.number():
            entry.number(), entry.text()  # to whom alone
        kind = entry.number()
        said = entry.text() if kind < 2 else PHRASES[entry.number()] if kind == 2 else "look there"
        print(f"{speaker} {said}" if kind == 1 else f"{speaker}: {said}")


parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
for flag, default in ("server", "http://127.0.0.1:8080"), ("name", "Watcher"), ("seconds", 60.0), ("say", ""):
    parser.add_argument("--" + flag, default=default, type=type(default))
asked = parser.parse_args()
game = Game(asked.server, asked.name, asked.say)
end = time.monotonic() + asked.seconds
while time.monotonic() < end:
    data = game.read()
    lane = data[0] & 3
    if lane < CONTROL:
        game.snapshot(Bits(data))
    elif lane == CONTROL:
        game.control(Reader(data[1:]))
    else:
        game.topic(data[0] >> 2, Reader(data[1:]))
game.send(bytes([CONTROL, 0]))
print(f"flew for {game.flown} ticks")

#!/usr/bin/env python3
"""A driver of level 1 (decode) for "taper conform", in Python without any library.

It shows what the protocol of vectors/README.md takes. The parts are a reader of
the strict CBOR of SPEC 4, the claims on top of it, the text forms of SPEC 8, and
Ed25519 as SPEC 5 pins it. Run it with

    taper conform -- python3 decode.py

It is an example: it is slow, and nothing in it runs in constant time, which
verifying does not need and signing would.
"""

import hashlib
import json
import re
import sys

MAX_INT = 2**53 - 1
MAX_TIME = 253402300799


class Malformed(Exception):
    """Raised with the claim at fault, or 0."""

    def __init__(self, claim=0):
        super().__init__(claim)
        self.claim = claim


class Refused(Exception):
    """Raised with a verdict, and the block and claim at fault."""

    def __init__(self, verdict, block=None, claim=0):
        super().__init__(verdict)
        self.verdict, self.block, self.claim = verdict, block, claim


def must(condition, claim=0):
    if not condition:
        raise Malformed(claim)


# CBOR, [E-1] to [E-8]. Integers are int, byte strings bytes, text str, arrays list,
# maps a list of pairs in a Map, booleans bool.


class Map(list):
    pass


def parse(data):
    """Return the one data item that data is."""
    item, end = parse_item(data, 0, 0)
    must(end == len(data))  # [E-1]
    return item


def parse_item(data, at, depth):
    must(at < len(data))
    major, info = data[at] >> 5, data[at] & 31
    at += 1
    if major == 7:
        must(info in (20, 21))  # [E-2]
        return info == 21, at
    must(major != 6 and info < 28)  # [E-2]
    n = info
    if info >= 24:
        width = 1 << (info - 24)
        must(at + width <= len(data))
        n = int.from_bytes(data[at : at + width], "big")
        at += width
        must(n >= (24, 1 << 8, 1 << 16, 1 << 32)[info - 24])  # [E-3]
    if major <= 1:
        n = n if major == 0 else -1 - n
        must(-MAX_INT <= n <= MAX_INT)  # [E-6]
        return n, at
    must(n <= len(data) - at)  # [E-4]: each element has a byte at least
    if major <= 3:
        content = bytes(data[at : at + n])
        if major == 3:
            try:
                content = content.decode("utf-8")  # strict [E-7]
            except UnicodeDecodeError:
                raise Malformed() from None
        return content, at + n
    must(depth < 8)  # [E-8]
    if major == 4:
        items = []
        for _ in range(n):
            item, at = parse_item(data, at, depth + 1)
            items.append(item)
        return items, at
    pairs, last = Map(), None
    for _ in range(n):
        start = at
        key, at = parse_item(data, at, depth + 1)
        encoded = data[start:at]
        must(last is None or last < encoded)  # [E-5]: bytewise
        last = encoded
        value, at = parse_item(data, at, depth + 1)
        pairs.append((key, value))
    return pairs, at


# Types. In Python True is an int, so types are compared exactly.


def integer(v, least, most):
    must(type(v) is int and least <= v <= most)
    return v


def octets(v, n):
    must(type(v) is bytes and len(v) == n)
    return v


def array(v, least, most):
    must(type(v) is list and least <= len(v) <= most)
    return v


def distinct(items):
    """[E-12]: 1, true and "1" are three values."""
    keys = [(type(i), i) for i in items]
    must(len(set(keys)) == len(keys))


# Names, section 6.

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


def plain(v):
    must(type(v) is str and 1 <= len(v.encode()) <= 256 and not CONTROL.search(v))
    return v


def pattern(v, separator):
    must(type(v) is str and len(v.encode()) <= 1024 and not CONTROL.search(v))
    if separator == "/" and v.startswith("/"):
        v = v[1:]  # an absolute path [N-4]
    segments = v.split(separator)
    must(len(segments) <= 32)
    for i, s in enumerate(segments):
        must(1 <= len(s.encode()) <= 256 and s not in (".", ".."))
        stars = s == "*" or s == "**" and i == len(segments) - 1  # [N-6]
        must("*" not in s or stars)


def patterns(v, separator):
    for p in array(v, 1, 64):
        pattern(p, separator)
    distinct(v)


# Claims, section 4.


def value(v):
    must(type(v) in (str, int, bool))
    must(type(v) is not str or len(v.encode()) <= 1024)  # [E-15]


def condition(v):
    array(v, 1, 2)
    kind = integer(v[0], 0, 5)
    must(len(v) == (1 if kind == 0 else 2))
    if kind == 1:
        for item in array(v[1], 1, 64):
            value(item)
        distinct(v[1])
    elif kind in (2, 3):
        integer(v[1], -MAX_INT, MAX_INT)
    elif kind == 4:
        patterns(v[1], "/")
    elif kind == 5:
        for item in array(v[1], 1, 64):
            must(type(item) is str)
            value(item)
        distinct(v[1])


def grant(v):
    array(v, 2, 3)
    patterns(v[0], ":")
    patterns(v[1], "/")
    if len(v) == 3:
        must(type(v[2]) is Map and len(v[2]) <= 32)
        for name, conditions in v[2]:
            plain(name)
            for c in array(conditions, 1, 8):
                condition(c)
            must(len(conditions) == 1 or [0] not in conditions)  # [E-13]


def claim(number, v):
    if number == 1:
        octets(v, 8)
    elif number == 2:
        octets(v, 32)
    elif number == 3:
        for name in array(v, 1, 16):
            plain(name)
        distinct(v)
    elif number in (4, 5):
        integer(v, 0, MAX_TIME)
    elif number == 6:
        for g in array(v, 0, 64):
            grant(g)
    elif number == 7:
        for use in array(v, 1, 16):
            array(use, 2, 2)
            integer(use[0], 1, MAX_INT)
            plain(use[1])
        distinct([use[1] for use in v])
    elif number == 8:
        integer(v, 0, 15)
    elif number == 9:
        array(v, 2, 2)
        integer(v[0], 1, 8)
        for key in array(v[1], 1, 8):
            octets(key, 32)
        distinct(v[1])
        must(v[0] <= len(v[1]))  # [E-14]
    elif number == 10:
        octets(v, 32)
    elif number == 11:
        must(type(v) is str and len(v.encode()) <= 256)
    elif number == 12:
        must(type(v) is Map and 1 <= len(v) <= 8)
        for name, content in v:
            plain(name)
            must(type(content) is bytes and len(content) <= 1024)
    elif number == 13:
        integer(v, 1, 3600)
    else:
        raise Malformed()


def claims(payload, next_required):
    """Check one block's claims, and return whether it names a next key."""
    pairs = parse(payload)
    must(type(pairs) is Map)
    numbers = [number for number, _ in pairs]
    must(numbers[:1] == [1], 1)
    for number, v in pairs:
        must(type(number) is int and number > 0)
        # The keys ascend, so what is not there by now is missing: [E-11].
        must(not next_required or number <= 2 or 2 in numbers, 2)
        try:
            claim(number, v)
        except Malformed:
            raise Malformed(number) from None
    must(not next_required or 2 in numbers, 2)
    return 2 in numbers


def decode(data):
    """Return the kind of a token, or raise Refused."""
    if len(data) > 16384:
        raise Refused("too-large")  # [D-2]
    if other_version(data):
        raise Refused("unsupported-version")  # [D-3]
    try:
        token = array(parse(data), 3, 4)
        must(type(token[0]) is int and token[0] == 1)
        octets(token[1], 8)
        array(token[2], 1, 16)
    except Malformed:
        raise Refused("malformed") from None
    handoff = len(token) == 4
    for i, block in enumerate(token[2]):
        last = i == len(token[2]) - 1
        try:
            array(block, 4, 4)
            must(block[0] == bytes.fromhex("a10132"))  # [E-10]
            must(type(block[1]) is Map and not block[1])
            must(type(block[2]) is bytes)
            octets(block[3], 64)
            named = claims(block[2], not last or handoff)
        except Malformed as fault:
            raise Refused("malformed", i, fault.claim) from None
    if handoff:
        try:
            octets(token[3], 32)
        except Malformed:
            raise Refused("malformed") from None
        return "handoff"
    return "open" if named else "sealed"


def other_version(data):
    if len(data) < 2 or not 0x81 <= data[0] <= 0x91:
        return False
    info = data[1]
    if info > 27:
        return False  # no unsigned integer
    if info < 24:
        return info != 1
    width = 1 << (info - 24)
    n = int.from_bytes(data[2 : 2 + width], "big")
    return len(data) >= 2 + width and n >= (24, 1 << 8, 1 << 16, 1 << 32)[info - 24]


ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
KINDS = {"taper1s_": "sealed", "taper1o_": "open", "taper1k_": "handoff"}


def decode_text(text):
    if len(text.encode()) > 21854:
        raise Refused("too-large")  # [T-3]
    version = re.match("taper(0|[1-9][0-9]*)[A-Za-z]_", text)
    if version and version[1] != "1":
        raise Refused("unsupported-version")  # [T-4]
    kind, content = KINDS.get(text[:8]), text[8:]
    if kind is None or len(content) % 4 == 1 or not all(c in ALPHABET for c in content):
        raise Refused("malformed")  # [T-1]
    bits = 0
    for c in content:
        bits = bits << 6 | ALPHABET.index(c)
    loose = 6 * len(content) % 8
    if bits & ((1 << loose) - 1):
        raise Refused("malformed")  # [T-1]
    data = (bits >> loose).to_bytes(6 * len(content) // 8, "big")
    if decode(data) != kind:
        raise Refused("malformed")  # [T-2]
    return kind


# Ed25519, section 5. Points are (x, y, z, xy/z).

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
I = pow(2, (P - 1) // 4, P)
SMALL = {
    0,
    1,
    P - 1,
    int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"),
    int.from_bytes(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"),
}


def coordinate(encoded):
    """Return y, or None for an encoding that [K-2] refuses."""
    y = int.from_bytes(encoded, "little") & (2**255 - 1)
    return None if y >= P or y in SMALL else y


def point(encoded):
    y = coordinate(encoded)
    if y is None:
        return None
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if (v * x * x - u) % P:
        x = x * I % P
    if (v * x * x - u) % P:
        return None
    if x & 1 != encoded[31] >> 7:
        x = P - x
    return x, y, 1, x * y % P


def add(a, b):
    p, q = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    r, s = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = q - p, s - r, s + r, q + p
    return e * f % P, g * h % P, f * g % P, e * h % P


BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def verify(key, message, signature):
    if len(key) != 32 or len(signature) != 64:
        return False
    a, s = point(key), int.from_bytes(signature[32:], "little")
    if a is None or coordinate(signature[:32]) is None or s >= L:  # [K-2], [K-3]
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    minus = (P - a[0], a[1], 1, P - a[3])
    table = (None, BASE, minus, add(BASE, minus))
    r = (0, 1, 1, 0)
    for i in reversed(range(253)):  # [s]B - [k]A, both at once
        r = add(r, r)
        bits = (s >> i & 1) | (k >> i & 1) << 1
        if bits:
            r = add(r, table[bits])
    z = pow(r[2], P - 2, P)
    x, y = r[0] * z % P, r[1] * z % P
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]  # [K-4]: as bytes


# The protocol.


def answer(q):
    op = q["op"]
    if op == "hello":
        return {"name": "decode.py", "levels": [1]}
    if op == "well-formed":
        try:
            parse(bytes.fromhex(q["hex"]))
            return {"valid": True}
        except Malformed:
            return {"valid": False}
    if op == "signature":
        return {"valid": verify(*(bytes.fromhex(q[f]) for f in ("key", "message", "signature")))}
    if op == "decode":
        try:
            kind = decode_text(q["text"]) if "text" in q else decode(bytes.fromhex(q["hex"]))
            return {"verdict": "ok", "kind": kind}
        except Refused as r:
            a = {"verdict": r.verdict}
            if r.block is not None:
                a["block"] = r.block
            if r.claim:
                a["claim"] = r.claim
            return a
    return {"unsupported": True}


def main():
    # JSON is UTF-8, whatever the locale says.
    for line in sys.stdin.buffer:
        q = json.loads(line)
        a = answer(q)
        if "seq" in q:
            a["seq"] = q["seq"]
        print(json.dumps(a), flush=True)


if __name__ == "__main__":
    main()

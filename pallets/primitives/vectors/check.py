#!/usr/bin/env python3
"""Answers every vector again, from README.md alone: no line here is shared with the Rust code. Encodes every input too.

Standard library only. Two things are not checked to the bit: of signatures only what they sign, and of weights that they are
within the stated bound of the real number.
Usage: check.py
"""

import hashlib
import json
import math
import pathlib
import sys
from decimal import Decimal, getcontext
from fractions import Fraction

HERE = pathlib.Path(__file__).parent
getcontext().prec = 80


# Hashes

def blake2b_256(data):
    return hashlib.blake2b(data, digest_size=32).digest()


def keccak_256(data):
    """FIPS 202's permutation with the padding of the original Keccak."""
    rotate = lambda x, n: ((x << n) | (x >> (64 - n))) & (2**64 - 1) if n else x
    constants, register = [], 1
    for _ in range(24):
        constant = 0
        for j in range(7):
            if register & 1:
                constant |= 1 << (2**j - 1)
            register = (register << 1) ^ (0x171 if register & 0x80 else 0)
        constants.append(constant)
    rate = 136
    padded = bytearray(data) + b"\x01" + b"\0" * (-(len(data) + 1) % rate)
    padded[-1] |= 0x80
    state = [[0] * 5 for _ in range(5)]
    for block in range(0, len(padded), rate):
        for i in range(rate // 8):
            state[i % 5][i // 5] ^= int.from_bytes(padded[block + 8 * i:block + 8 * i + 8], "little")
        for constant in constants:
            parity = [state[x][0] ^ state[x][1] ^ state[x][2] ^ state[x][3] ^ state[x][4] for x in range(5)]
            for x in range(5):
                change = parity[(x - 1) % 5] ^ rotate(parity[(x + 1) % 5], 1)
                for y in range(5):
                    state[x][y] ^= change
            x, y, current = 1, 0, state[1][0]
            for t in range(24):
                x, y = y, (2 * x + 3 * y) % 5
                current, state[x][y] = state[x][y], rotate(current, (t + 1) * (t + 2) // 2 % 64)
            for y in range(5):
                row = [state[x][y] for x in range(5)]
                for x in range(5):
                    state[x][y] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]) & (2**64 - 1)
            state[0][0] ^= constant
    return b"".join(state[i % 5][i // 5].to_bytes(8, "little") for i in range(4))


HASHES = {"blake2b-256": blake2b_256, "keccak-256": keccak_256}


# SCALE

def unhex(text):
    return bytes.fromhex(text[2:])


def u(value, size):
    return int(value).to_bytes(size, "little")


def compact(value):
    assert value < 2**14
    return u(value << 2, 1) if value < 64 else u(value << 2 | 1, 2)


def sealed(tag, genesis, body):
    return b"openledger/" + tag + b"/1" + unhex(genesis) + body


def receipt_leaf(genesis, agent, r):
    return sealed(b"receipt", genesis, unhex(agent) + receipt(r))


def payout_leaf(genesis, batch, p):
    return sealed(b"payout", genesis, unhex(batch["agent"]) + u(batch["first_seq"], 8) + payout(p))


def items(values, encode):
    return compact(len(values)) + b"".join(map(encode, values))


def text(data):
    return compact(len(data)) + data


def commitment(c):
    return unhex(c["root"]) + u(c["count"], 4) + (u(c["sum"], 16) if "sum" in c else b"")


def sum_node(node):
    return unhex(node["hash"]) + u(node["sum"], 16)


def batch_claim(b):
    return unhex(b["agent"]) + u(b["first_seq"], 8) + commitment(b["receipts"]) + commitment(b["payouts"])


def receipt(r):
    body = u(r["seq"], 8) + unhex(r["payer"]) + u(r["model"], 4) + unhex(r["request"]) + unhex(r["response"])
    body += u(r["tokens_in"], 4) + u(r["tokens_out"], 4) + u(r["fee"], 16) + unhex(r["fingerprint"]) + unhex(r["attribution"])
    return body + u(["Exact", "FloatCpu", "FloatGpu"].index(r["class"]), 1) + u(r["at"], 4)


def payout(p):
    return unhex(p["account"]) + u(p["amount"], 16) + u(p["weight"], 16)


def voucher(v):
    return unhex(v["payer"]) + unhex(v["agent"]) + u(v["channel"], 4) + u(v["cumulative"], 16)


def i64(value):
    return value.to_bytes(8, "little", signed=True)


def scored(row):
    return u(row["row"], 4) + u(row["cluster"], 4) + i64(row["score"])


def part(p):
    head = u(p["index"], 4) + u(["Training", "Retrieval"].index(p["pool"]), 1)
    return head + int8s(p["query"]) + items(p["top"], scored)


def index_info(i):
    head = u(["Influence", "Retrieval"].index(i["kind"]), 1) + u(i["datanet"], 4) + u(i["version"], 4) + u(i["dim"], 2)
    return head + commitment(i["rows"]) + i64(i["threshold"])


def index_row(leaf):
    head = u(leaf["row"], 4) + unhex(leaf["contributor"]) + u(leaf["cluster"], 4) + u(leaf["reputation"], 2)
    return head + int8s(leaf["vector"])


def fee_split(s):
    return bytes(s[name] for name in ("burn", "treasury", "model", "data", "stakers", "auditors"))


def option(value, encode):
    return b"\0" if value is None else b"\1" + encode(value)


def royalty(r):
    return unhex(r["account"]) + u(r["model"], 4) + u(r["weight"], 16)


def source(s):
    head = unhex(s["contributor"]) + u(["Training", "Retrieval"].index(s["pool"]), 1) + u(s["datanet"], 4)
    head += u(s["version"], 4) + u(s["index"], 4) + u(s["row"], 4)
    return head + i64(s["score"]) + i64(s["threshold"]) + u(s["reputation"], 2)


def line(l):
    role = {
        "model": lambda: b"\0" + u(l["model"], 4),
        "row": lambda: b"\1" + u(l["index"], 4) + u(l["row"], 4) + i64(l["score"]),
        "commons": lambda: b"\2" + option(l["datanet"], lambda datanet: u(datanet, 4)),
        "agent": lambda: b"\3",
    }
    return unhex(l["account"]) + role[l["role"]]() + u(l["amount"], 16)


def signature(g):
    return u(["ed25519", "sr25519", "ecdsa", "eth"].index(g["scheme"]), 1) + unhex(g["signature"])


FRAUDS = ["WrongScore", "Omitted", "ClusterTwice", "BadOrder", "WrongCluster", "WrongDimension", "BelowThreshold", "NoSuchRow",
          "NoSuchIndex", "RowTwice", "TooManyRows", "TakenDown", "PartTwice"]


def fraud(name):
    return u(FRAUDS.index(name), 1)


def encoded(question, g):
    """The input of a question, from what is given."""
    h = lambda: u(list(HASHES).index(g["hash"]), 1)
    match question:
        case 0:
            return h() + commitment(g["commitment"]) + u(g["index"], 4) + text(unhex(g["leaf"])) + items(g["proof"], unhex)
        case 1:
            return h() + commitment(g["commitment"]) + u(g["index"], 4) + text(unhex(g["leaf"])) + u(g["amount"], 16) \
                + items(g["proof"], sum_node)
        case 2:
            return unhex(g["genesis"]) + batch_claim(g["batch"]) + receipt(g["receipt"]) + items(g["proof"], sum_node)
        case 3:
            p = g["payout"]
            return unhex(g["genesis"]) + batch_claim(g["batch"]) + u(p["leaf"], 4) + payout(p["payout"]) \
                + items(p["proof"], sum_node)
        case 4:
            return fee_split(g["split"]) + batch_claim(g["batch"])
        case 5:
            return unhex(g["genesis"]) + voucher(g["voucher"]) + unhex(g["signer"]) + signature(g)
        case 6:
            return unhex(g["genesis"]) + unhex(g["agent"]) + receipt(g["receipt"]) + unhex(g["signer"]) + signature(g)
        case 7:
            return part(g["part"]) + index_info(g["index"]) + u(g["limit"], 4)
        case 8:
            o = g["opening"]
            return unhex(g["genesis"]) + part(g["part"]) + index_info(g["index"]) + u(g["limit"], 4) + index_row(o["leaf"]) \
                + items(o["proof"], unhex) + u(g["taken_down"], 1)
        case 9:
            return items(g["rows"], scored) + i64(g["threshold"]) + u(g["limit"], 4)
        case 10:
            return int8s(g["query"]) + int8s(g["vector"])
        case 11:
            c = g["commons"]
            return fee_split(g["split"]) + u(g["fee"], 16) + items(g["royalties"], royalty) + items(g["sources"], source) \
                + unhex(c["account"]) + option(c["datanet"], lambda datanet: u(datanet, 4))
        case 12:
            divided = lambda r: unhex(r["payer"]) + u(r["fee"], 16) + u(r["weighs"], 1) + items(r["lines"], line)
            return fee_split(g["split"]) + unhex(g["agent"]) + items(g["receipts"], divided)
        case 13:
            return u(g["amount"], 16) + u(g["part"], 16) + u(g["whole"], 16) + items(g["weights"], lambda w: u(w, 16))
        case 14:
            w, t = g["weight"], g["half_lives_seconds"]
            return b"".join(u(w[n], 16) for n in ("fast", "slow")) + b"".join(u(t[n], 4) for n in ("fast", "slow")) \
                + u(g["elapsed_seconds"], 8)
        case 15 | 16:
            sums = "amounts" in g
            leaf = lambda i: u(i, 4) + text(unhex(g["leaves"][i])) + (u(g["amounts"][i], 16) if sums else b"")
            return h() + commitment(g["commitment"]) + items(g["indices"], leaf) + items(g["proof"], sum_node if sums else unhex)
        case 17:
            return attribution_body(g["body"])


def output(question, answer):
    """The answer of a question, encoded; None where JSON does not say enough."""
    match question:
        case 0 | 1 | 2 | 3 | 4 | 5 | 6 | 15 | 16:
            return u(answer, 1)
        case 7 | 17:
            return option(answer, fraud)
        case 9:
            return items(answer, scored)
        case 10:
            return option(answer, i64)
        case 11:
            return items(answer, line)
        case 12:
            return b"".join(u(answer[n], 16) for n in ("burn", "treasury", "stakers", "auditors", "payouts_sum")) + items(answer["payouts"], payout)
        case 13:
            return items(answer, lambda amount: u(amount, 16))
        case 14:
            return option(answer, lambda a: b"".join(u(a["weight"][n], 16) for n in ("fast", "slow")) + u(a["standing"], 16))


def index_leaf(genesis, index, leaf):
    return sealed(b"index-leaf", genesis, u(index["datanet"], 4) + u(index["version"], 4) + index_row(leaf))


def int8s(values):
    return compact(len(values)) + bytes(value & 0xff for value in values)


def voucher_payload(genesis, v):
    return sealed(b"voucher", genesis, voucher(v))


def attribution_body(body):
    return items(body["parts"], part)


def row_leaf(genesis, datanet, version, r):
    row = u(r["row"], 4) + unhex(r["contributor"]) + u(r["cluster"], 4) + unhex(r["content"]) + u(r["licensed"], 1)
    return sealed(b"row", genesis, u(datanet, 4) + u(version, 4) + row)


def manifest(m):
    data = lambda d: u(d["datanet"], 4) + u(d["version"], 4) + commitment(d["rows"])
    return u(m["base"], 4) + unhex(m["base_weights"]) + items(m["data"], data) + unhex(m["recipe"]) + unhex(m["adapter"])


# Trees: a plain node is (hash,), a node with a sum (hash, sum).

def join(h, left, right):
    if len(left) == 1:
        return (h(b"\x01" + left[0] + right[0]),)
    return (h(b"\x01" + left[0] + u(left[1], 16) + right[0] + u(right[1], 16)), left[1] + right[1])


def top(h, leaves):
    if not leaves:
        return (h(b""),)
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return join(h, top(h, leaves[:split]), top(h, leaves[split:]))


def root(h, count, node):
    return h(b"\x02" + u(count, 4) + node[0] + (u(node[1], 16) if len(node) == 2 else b""))


def climb(h, index, count, node, proof):
    """The top above a leaf, by splitting from the top as RFC 9162 does; None if the proof has another length."""
    if index >= count:
        return None
    if count == 1:
        return node if not proof else None
    if not proof:
        return None
    split = 1 << (count - 1).bit_length() - 1
    if index < split:
        left = climb(h, index, split, node, proof[:-1])
        return left and join(h, left, proof[-1])
    right = climb(h, index - split, count - split, node, proof[:-1])
    return right and join(h, proof[-1], right)


def is_leaf(h, commitment, index, data, proof, amount=None):
    leaf = (h(b"\0" + data),) if amount is None else (h(b"\0" + data), int(amount))
    proof = [(unhex(node),) if amount is None else (unhex(node["hash"]), int(node["sum"])) for node in proof]
    found = climb(h, index, commitment["count"], leaf, proof)
    if found is None or amount is not None and found[1] != int(commitment["sum"]):
        return False
    return root(h, commitment["count"], found) == unhex(commitment["root"])


def are_leaves(h, commitment, leaves, proof):
    """Several leaves at once: `leaves` are (index, node)."""
    if not leaves or any(a[0] >= b[0] for a, b in zip(leaves, leaves[1:])) or leaves[-1][0] >= commitment["count"]:
        return False
    level, last, proof = dict(leaves), commitment["count"] - 1, list(proof)
    while last > 0:
        above = {}
        for place in sorted(level):
            if place // 2 in above:
                continue
            pair = []
            for side in (place // 2 * 2, place // 2 * 2 + 1):
                if side in level:
                    pair.append(level[side])
                elif side <= last:
                    if not proof:
                        return False
                    pair.append(proof.pop(0))
            above[place // 2] = join(h, *pair) if len(pair) == 2 else pair[0]
        level, last = above, last // 2
    found = level[0]
    sums = "sum" not in commitment or found[1] == int(commitment["sum"])
    return not proof and sums and root(h, commitment["count"], found) == unhex(commitment["root"])


# The referee

def score(query, vector):
    return sum(a * b for a, b in zip(query, vector)) if len(query) == len(vector) else None


def best(rows, threshold, limit):
    taken, clusters, limit = [], set(), min(limit, 16)
    for row in sorted(rows, key=lambda row: (-row["score"], row["row"])):
        if row["score"] >= threshold and row["cluster"] not in clusters and len(taken) < limit:
            taken.append(row)
            clusters.add(row["cluster"])
    return taken


def form(part, index, limit):
    rows = part["top"]
    if len(part["query"]) != index["dim"]:
        return "WrongDimension"
    if len(rows) > limit:
        return "TooManyRows"
    for place, row in enumerate(rows):
        if any(other["row"] == row["row"] for other in rows[:place]):
            return "RowTwice"
        if row["row"] >= index["rows"]["count"]:
            return "NoSuchRow"
        if row["score"] < index["threshold"]:
            return "BelowThreshold"
        if any(other["cluster"] == row["cluster"] for other in rows[:place]):
            return "ClusterTwice"
    return None if rows == sorted(rows, key=lambda row: (-row["score"], row["row"])) else "BadOrder"


def opened(given):
    part, index, leaf = given["part"], given["index"], given["opening"]["leaf"]
    named = [row for row in part["top"] if row["row"] == leaf["row"]]
    if given["taken_down"]:
        return "TakenDown" if named else None
    value = score(part["query"], leaf["vector"])
    if value is None:
        return "WrongScore" if named else None
    if named:
        if named[0]["score"] != value:
            return "WrongScore"
        return None if named[0]["cluster"] == leaf["cluster"] else "WrongCluster"
    row = {"row": leaf["row"], "cluster": leaf["cluster"], "score": value}
    # A row is omitted if a claim among which it were would name it.
    return "Omitted" if row in best(part["top"] + [row], index["threshold"], given["limit"]) else None


# Money

def division(amount, part, whole, weights):
    total = sum(weights)
    if total == 0:
        return [0] * len(weights)
    exact = [Fraction(amount * part * weight, whole * total) for weight in weights]
    shares = [math.floor(share) for share in exact]
    order = sorted(range(len(weights)), key=lambda i: (shares[i] - exact[i], i))
    for i in order[:amount * part // whole - sum(shares)]:
        shares[i] += 1
    return shares


def lines(given):
    split, fee = given["split"], int(given["fee"])
    out = []
    weights = [int(royalty["weight"]) for royalty in given["royalties"]]
    for royalty, amount in zip(given["royalties"], division(fee, split["model"], 100, weights)):
        out.append({"account": royalty["account"], "role": "model", "model": royalty["model"], "amount": str(amount)})
    place = lambda source: (source["datanet"], source["version"], source["row"])
    retrieved = [source for source in given["sources"] if source["pool"] == "Retrieval"]
    trained = [source for source in given["sources"] if source["pool"] == "Training"]
    trained = [source for source in trained if place(source) not in map(place, retrieved)]
    once = lambda sources: list({place(source): source for source in reversed(sources)}.values())[::-1]
    retrieved, trained = once(retrieved), once(trained)
    left = fee * split["data"] // 100
    for sources in (retrieved, trained):
        pools = 2 if retrieved and trained else 1
        weight = lambda source: max(source["score"] - source["threshold"] + 1, 0) * source["reputation"]
        total = sum(map(weight, sources))
        for source in sources:
            amount = fee * split["data"] * weight(source) // (100 * pools * total) if total else 0
            left -= amount
            out.append({"account": source["contributor"], "role": "row", "index": source["index"], "row": source["row"],
                        "score": source["score"], "amount": str(amount)})
    commons = given["commons"]
    out.append({"account": commons["account"], "role": "commons", "datanet": commons["datanet"], "amount": str(left)})
    return [line for line in out if line["amount"] != "0"]


def reserve(split, fees):
    set_aside = {role: fees * split[role] // 100 for role in ("burn", "treasury", "stakers", "auditors")}
    return set_aside, fees - sum(set_aside.values())


def shared_out(split, agent, receipts, counts):
    """Who has what of the receipts: the lines that count, and the agent what all lines leave."""
    sums, left = {}, reserve(split, sum(int(receipt["fee"]) for receipt in receipts))[1]
    for receipt in receipts:
        for line in receipt["lines"]:
            left -= int(line["amount"])
            if counts(receipt, line):
                sums[line["account"]] = sums.get(line["account"], 0) + int(line["amount"])
    sums[agent] = sums.get(agent, 0) + left
    return sums


def settlement(given):
    split, agent, receipts = given["split"], given["agent"], given["receipts"]
    set_aside, payouts = reserve(split, sum(int(receipt["fee"]) for receipt in receipts))
    amounts = shared_out(split, agent, receipts, lambda receipt, line: True)
    weighing = [receipt for receipt in receipts if receipt["weighs"] and receipt["payer"] != agent]
    counts = lambda receipt, line: line["account"] != receipt["payer"] and line["role"] != "commons"
    weighed = shared_out(split, agent, weighing, counts)
    paid = [{"account": account, "amount": str(amount),
             "weight": str(set_aside["burn"] * min(weighed.get(account, 0), amount) // payouts)}
            for account, amount in sorted(amounts.items()) if amount]
    return {**{role: str(amount) for role, amount in set_aside.items()}, "payouts_sum": str(payouts), "payouts": paid}


# Weight

def weight_is(given, answer):
    fast, slow = (Decimal(given["weight"][name]) for name in ("fast", "slow"))
    hf, hs = (Decimal(given["half_lives_seconds"][name]) for name in ("fast", "slow"))
    if answer is None or hf == 0 or hs < 2 * hf:
        return answer is None and (hf == 0 or hs < 2 * hf)
    left = lambda half_life: Decimal(2) ** (-Decimal(given["elapsed_seconds"]) / half_life)
    f, s = left(hf), left(hs)
    exact = {"fast": fast * f, "slow": slow * s + fast * (s - f) * hf / (hs - hf)}
    bound = max(fast, slow) / 2**52 + 4
    rolled = {name: int(value) for name, value in answer["weight"].items()}
    standing = rolled["slow"] + rolled["fast"] * int(hf) // int(hs - hf)
    return all(abs(rolled[name] - exact[name]) <= bound for name in exact) and int(answer["standing"]) == standing


# One case

def check(case):
    question = case.get("question")
    if question is None:
        return check_answer(case)
    result = output(question, case["answer"])
    return encoded(question, case["given"]) == unhex(case["input"]) and result in (None, unhex(case["output"])) \
        and check_answer(case)


def check_answer(case):
    given, answer = case["given"], case.get("answer")
    match case.get("question"):
        case 0 | 1:
            h, leaves = HASHES[given["hash"]], given["leaves"]
            plain = case["question"] == 0
            nodes = [(h(b"\0" + unhex(leaf)),) if plain else (h(b"\0" + unhex(leaf["data"])), int(leaf["amount"])) for leaf in leaves]
            found = top(h, nodes)
            tops = unhex(given["top"]) == found[0] if plain else (unhex(given["top"]["hash"]), int(given["top"]["sum"])) == found
            return tops and answer == is_leaf(
                h, given["commitment"], given["index"], unhex(given["leaf"]), given["proof"], given.get("amount"))
        case 2:
            batch, receipt = given["batch"], given["receipt"]
            leaf = receipt_leaf(given["genesis"], batch["agent"], receipt)
            place = receipt["seq"] - batch["first_seq"]
            found = place >= 0 and is_leaf(blake2b_256, batch["receipts"], place, leaf, given["proof"], receipt["fee"])
            return leaf == unhex(given["leaf"]) and answer == found
        case 3:
            batch, payout = given["batch"], given["payout"]
            leaf = payout_leaf(given["genesis"], batch, payout["payout"])
            return leaf == unhex(given["leaf"]) and answer == is_leaf(
                blake2b_256, batch["payouts"], payout["leaf"], leaf, payout["proof"], payout["payout"]["amount"])
        case 4:
            batch = given["batch"]
            return answer == (reserve(given["split"], int(batch["receipts"]["sum"]))[1] == int(batch["payouts"]["sum"]))
        case 5:
            return voucher_payload(given["genesis"], given["voucher"]) == unhex(given["payload"]) and \
                answer == any(case["name"].endswith(name) for name in ("plain", "wrapped as browser wallets do"))
        case 6:
            return receipt_leaf(given["genesis"], given["agent"], given["receipt"]) == unhex(given["leaf"]) and answer
        case 7:
            return answer == form(given["part"], given["index"], given["limit"])
        case 8:
            index, opening = given["index"], given["opening"]
            leaf = index_leaf(given["genesis"], index, opening["leaf"])
            inside = is_leaf(blake2b_256, index["rows"], opening["leaf"]["row"], leaf, opening["proof"])
            # JSON has one null for "not in the index" and for "agrees"; SCALE has two.
            output = b"\0" if not inside else b"\1\0" if (verdict := opened(given)) is None else None
            return leaf == unhex(given["leaf"]) and (
                unhex(case["output"]) == output if output else answer == verdict)
        case 9:
            return answer == best(given["rows"], given["threshold"], given["limit"])
        case 10:
            return answer == score(given["query"], given["vector"])
        case 11:
            return answer == lines(given)
        case 12:
            return answer == settlement(given)
        case 13:
            weights = [int(weight) for weight in given["weights"]]
            amounts = division(int(given["amount"]), int(given["part"]), int(given["whole"]), weights)
            return answer == [str(amount) for amount in amounts]
        case 14:
            return weight_is(given, answer)
        case 15 | 16:
            h, sums = HASHES[given["hash"]], "amounts" in given
            node = lambda i: (h(b"\0" + unhex(given["leaves"][i])),) + ((int(given["amounts"][i]),) if sums else ())
            proof = [(unhex(n["hash"]), int(n["sum"])) if sums else (unhex(n),) for n in given["proof"]]
            return answer == are_leaves(h, given["commitment"], [(i, node(i)) for i in given["indices"]], proof)
        case 17:
            named = [(part["index"], part["pool"]) for part in given["body"]["parts"]]
            return answer == ("PartTwice" if len(set(named)) < len(named) else None)
        case None if "row" in given:
            return row_leaf(given["genesis"], given["datanet"], given["version"], given["row"]) == unhex(given["leaf"])
        case None if "manifest" in given:
            body = sealed(b"manifest", given["genesis"], manifest(given["manifest"]))
            return blake2b_256(body) == unhex(given["commitment"])
        case None:
            body = attribution_body(given["body"])
            return body == unhex(given["encoded"]) and \
                blake2b_256(sealed(b"attribution", given["genesis"], body)) == unhex(given["commitment"])
    return False


def main():
    checked, wrong = 0, []
    for path in sorted(HERE.glob("*.json")):
        for case in json.loads(path.read_text()):
            checked += 1
            if not check(case):
                wrong.append(f"{path.name}: {case['name']}")
    if not checked:
        sys.exit("vectors: there are none; cargo run -p openledger-verifier --example vectors")
    if wrong:
        sys.exit("vectors: answered otherwise by check.py:\n  " + "\n  ".join(wrong))
    print(f"vectors: {checked} answered alike by check.py")


main()

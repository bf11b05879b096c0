#!/usr/bin/env python3
"""Writes a big, invented mailbox for measuring: the same bytes for the same arguments.

usage: mailboxes.py mixed|small MIB FILE

mixed: 55 % marketing of about 60 KB, 43 % plain text of 5 KB, 2 % with an attachment of 0.5 to 3 MB.
small: messages of about 4 KB, most of it header: the worst case for a reader of headers."""
import base64
import datetime
import random
import sys


def header(rng, number, sender, subject, bulk, when):
    domain = f"shop{sender}.example"
    hops = "".join(
        f"Received: from mta{hop}.{domain} (mta{hop}.{domain} [192.0.2.{rng.randrange(1, 255)}])\r\n"
        f"        by relay{hop}.example with ESMTPS id {rng.getrandbits(64):016x}\r\n"
        f"        for <robin@home.example> (version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384 bits=256/256);\r\n"
        f"        {when:%a, %d %b %Y %H:%M:%S} +0000\r\n"
        for hop in range(3)
    )
    signature = "".join(f"        {rng.getrandbits(360):090x}\r\n" for _ in range(5))
    lists = (
        f"List-Unsubscribe: <https://{domain}/u/{rng.getrandbits(80):020x}>,\r\n"
        f"        <mailto:leave-{rng.getrandbits(64):016x}@{domain}?subject=unsubscribe>\r\n"
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
        f"List-Id: <news.{domain}>\r\nFeedback-ID: c{number % 97}:{sender}:campaign:mta7\r\nPrecedence: bulk\r\n"
        if bulk
        else ""
    )
    return (
        f"From {number:019d}@xxx {when:%a %b %d %H:%M:%S} +0000 {when:%Y}\r\n"
        f"X-GM-THRID: {number}\r\nX-Gmail-Labels: Inbox,Opened,Category Promotions\r\n"
        f"Delivered-To: robin@home.example\r\n{hops}"
        f"ARC-Seal: i=1; a=rsa-sha256; t=1700000000; cv=none;\r\n        d=home.example; s=arc;\r\n{signature}"
        f"Return-Path: <bounce-{rng.getrandbits(48):012x}@{domain}>\r\n"
        f"Authentication-Results: mx.home.example;\r\n       dkim=pass header.i=@{domain} header.s=k1 header.b=AbCdEfGh;\r\n"
        f"       spf=pass (home.example: domain of bounce@{domain} designates 192.0.2.7 as permitted sender) smtp.mailfrom=bounce@{domain};\r\n"
        f"       dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from={domain}\r\n"
        f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s=k1;\r\n"
        f"        h=from:to:subject:date:message-id:list-unsubscribe;\r\n{signature}"
        f"Date: {when:%a, %d %b %Y %H:%M:%S} +0000\r\nFrom: Shop {sender} <news@{domain}>\r\nTo: robin@home.example\r\n"
        f"Subject: {subject}\r\nMessage-ID: <{number:x}.{rng.getrandbits(64):x}@{domain}>\r\n{lists}"
        "MIME-Version: 1.0\r\n"
    )


def main():
    kind, mebibytes, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    rng = random.Random(20260101)
    words = "the running shoe that goes far with you every day new colours light and dry in rain come and see".split()
    start = datetime.datetime(2022, 1, 1)
    size = number = 0
    with open(path, "wb") as out:
        while size < mebibytes * 1024 * 1024:
            number += 1
            draw = rng.random() if kind == "mixed" else 0.9 if number % 2 else 0.5
            when = start + datetime.timedelta(minutes=3 * number)
            bulk = draw < 0.55
            subject = f"Sale: {rng.randrange(10, 70)}% off today only" if bulk else " ".join(rng.choices(words, k=6))
            text = header(rng, number, rng.randrange(400), subject, bulk, when)
            plain = "\r\n".join(" ".join(rng.choices(words, k=12)) for _ in range(12 if kind == "small" else 80))
            if kind == "small":
                text += f"Content-Type: text/plain; charset=utf-8\r\n\r\n{plain}\r\n\r\n"
            elif bulk:
                line = f'<td style="padding:8px;font-family:Arial"><a href="https://shop.example/{rng.getrandbits(40):x}">{plain[:900]}</a></td>\r\n'
                text += f"Content-Type: text/html; charset=utf-8\r\n\r\n<html><body>{line * 56}</body></html>\r\n\r\n"
            elif draw < 0.98:
                text += f"Content-Type: text/plain; charset=utf-8\r\n\r\n{plain}\r\n\r\n"
            else:
                blob = base64.encodebytes(rng.randbytes(rng.randrange(400_000, 2_300_000))).replace(b"\n", b"\r\n").decode()
                text += (
                    "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n"
                    f"{plain}\r\n--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n{blob}--b--\r\n\r\n"
                )
            data = text.encode()
            size += len(data)
            out.write(data)
    print(f"{path}: {number} messages, {size} bytes", file=sys.stderr)


main()

"""Header fields as receivers and sending platforms write them, each in its own order.

{hexa:N}, {token:N}, {number:N}: N random digits, letters or figures; {signature:N}: N lines of base64. A template that
sends ends with the fields that name the message, of which {type} says of what form its body is."""

RECEIVERS = {
    "takeout": """X-GM-THRID: {number:19}
X-Gmail-Labels: {labels}
Delivered-To: robin@home.example
Received: by 2002:a05:{hexa:4}:{hexa:4}:b0:{hexa:3}:{hexa:4}:{hexa:4} with SMTP id {hexa:10}csp{number:6};
        {date} +0000 (UTC)
X-Google-Smtp-Source: {token:64}
X-Received: by 2002:a17:{hexa:4}:{hexa:4}:b0:{hexa:3}:{hexa:4}:{hexa:4} with SMTP id
 {hexa:26}.{number:2}.{number:12};
        {date} +0000 (UTC)
ARC-Seal: i=1; a=rsa-sha256; t={number:10}; cv=none;
        d=home.example; s=arc-20240605;
        b={signature:5}
ARC-Message-Signature: i=1; a=rsa-sha256; c=relaxed/relaxed; d=home.example; s=arc-20240605;
        h=list-unsubscribe-post:list-unsubscribe:from:to:subject:date:message-id:dkim-signature;
        bh={hexa:44};
        b={signature:5}
ARC-Authentication-Results: i=1; mx.home.example;
       dkim=pass header.i=@{host} header.s=s1 header.b={hexa:8};
       spf=pass smtp.mailfrom=bounce-{hexa:10}@{host};
       dmarc=pass (p=QUARANTINE sp=QUARANTINE dis=NONE) header.from={domain}
Return-Path: <bounce-{hexa:10}@{host}>
Received: from mta{number:1}.{host} (mta{number:1}.{host}. [192.0.2.{number:2}])
        by mx.home.example with ESMTPS id {hexa:20}
        for <robin@home.example>
        (version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384 bits=256/256);
        {date} +0000 (UTC)
Received-SPF: pass (home.example: domain of bounce@{host} designates 192.0.2.{number:2} as permitted sender) client-ip=192.0.2.{number:2};
Authentication-Results: mx.home.example;
       dkim=pass header.i=@{host} header.s=s1 header.b={hexa:8};
       spf=pass smtp.mailfrom=bounce-{hexa:10}@{host};
       dmarc=pass (p=QUARANTINE sp=QUARANTINE dis=NONE) header.from={domain}
""",
    "thunderbird": """X-Mozilla-Status: 000{number:1}
X-Mozilla-Status2: 00000000
X-Mozilla-Keys:
Return-Path: <bounce-{hexa:10}@{host}>
Delivered-To: robin@home.example
Received: from mail.home.example
	by mail.home.example with LMTP
	id {token:22}
	(envelope-from <bounce-{hexa:10}@{host}>)
	for <robin@home.example>; {date} +0000
Received: from mta{number:1}.{host} (mta{number:1}.{host} [192.0.2.{number:2}])
	(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))
	by mail.home.example (Postfix) with ESMTPS id {hexa:11}
	for <robin@home.example>; {date} +0000 (UTC)
X-Spam-Checker-Version: SpamAssassin 4.0.0 (2022-12-13) on mail.home.example
X-Spam-Level: *
X-Spam-Status: No, score=1.{number:1} required=5.0 tests=DKIM_SIGNED,DKIM_VALID,
	DKIM_VALID_AU,HTML_MESSAGE,SPF_HELO_NONE,SPF_PASS,URIBL_BLOCKED autolearn=ham version=4.0.0
Authentication-Results: mail.home.example;
	dkim=pass (2048-bit key) header.d={domain} header.i=@{domain} header.b="{token:8}";
	dmarc=pass header.from={domain}; spf=pass smtp.mailfrom={host}
""",
    "office": """Received: from AM{number:1}PR01MB{number:4}.eurprd01.prod.exchange.example (2603:10a6:20b:{hexa:3}::{number:2})
 by DB{number:1}PR01MB{number:4}.eurprd01.prod.exchange.example with HTTPS; {date} +0000
Received: from DU2PR04CA{number:4}.eurprd04.prod.exchange.example (2603:10a6:10:{hexa:3}::{number:2})
 by AM{number:1}PR01MB{number:4}.eurprd01.prod.exchange.example with Microsoft SMTP
 Server (version=TLS1_2, cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id
 15.20.{number:4}.{number:2}; {date} +0000
Authentication-Results: spf=pass (sender IP is 192.0.2.{number:2})
 smtp.mailfrom={host}; dkim=pass (signature was verified)
 header.d={domain};dmarc=pass action=none
 header.from={domain};compauth=pass reason=100
Received-SPF: Pass (protection.exchange.example: domain of {host}
 designates 192.0.2.{number:2} as permitted sender)
Received: from mta{number:1}.{host} (192.0.2.{number:2}) by
 DU2PEPF{hexa:8}.mail.protection.exchange.example (10.167.8.{number:2}) with Microsoft SMTP Server
 id 15.20.{number:4}.{number:2} via Frontend Transport; {date} +0000
X-MS-Exchange-Organization-Network-Message-Id: {hexa:8}-{hexa:4}-{hexa:4}-{hexa:4}-{hexa:12}
X-MS-Exchange-Organization-SCL: 1
X-MS-Exchange-CrossTenant-Network-Message-Id: {hexa:8}-{hexa:4}-{hexa:4}-{hexa:4}-{hexa:12}
X-MS-Exchange-Transport-CrossTenantHeadersStamped: AM{number:1}PR01MB{number:4}
X-Forefront-Antispam-Report: CIP:192.0.2.{number:2};CTRY:DE;LANG:en;SCL:1;SRV:;IPV:NLI;SFV:NSPM;H:mta.{host};PTR:mta.{host};CAT:NONE;SFS:(13230040)({number:12});DIR:INB;
X-Microsoft-Antispam: BCL:{number:1};ARA:13230040|{number:12}|{number:8};
X-Microsoft-Antispam-Message-Info: {signature:8}
""",
    "icloud": """Return-path: <bounce-{hexa:10}@{host}>
Original-recipient: rfc822;robin@home.example
Received: from p00-mailgateway-smtp-{hexa:10}-{token:5}
 by p{number:3}-mailgateway-smtp-{hexa:10} (mailgateway {number:4}B{number:2})
 with SMTP id {hexa:8}-{hexa:4}-{hexa:4}-{hexa:4}-{hexa:12}
 for <robin@home.example>; {date} GMT
X-Apple-MoveToFolder: INBOX
X-Apple-Action: MOVE_TO_FOLDER/INBOX
X-Apple-UUID: {hexa:8}-{hexa:4}-{hexa:4}-{hexa:4}-{hexa:12}
Received: from mta{number:1}.{host} (mta{number:1}.{host} [192.0.2.{number:2}])
 by p00-icloudmta-smtpin-us-east-1a-{number:3} (Postfix) with ESMTPS id {hexa:12}
 for <robin@home.example>; {date} +0000 (UTC)
Authentication-results: bimi.home.example; bimi=skipped reason="insufficient dmarc"
Authentication-results: dmarc.home.example; dmarc=pass header.from={domain}
Authentication-results: dkim-verifier.home.example; dkim=pass (2048-bit key)
 header.d={domain} header.i=@{domain} header.b={token:8}
Authentication-results: spf.home.example; spf=pass (spf.home.example: domain of
 bounce-{hexa:10}@{host} designates 192.0.2.{number:2} as permitted sender)
X-ARC-Info: policy=fail; arc=none
X-CLX-Shades: Bulk
X-MANTSH: {token:60}
 {token:70}
""",
}

# The fields of bulk platforms: how they sign, which fields of their own they write, and where.
DKIM = """DKIM-Signature: v=1; a=rsa-sha256; q=dns/txt; c=relaxed/relaxed; s=s1; d={domain};
 h=Content-Type:MIME-Version:Subject:From:To:Reply-To:List-Unsubscribe:Date:Message-ID;
 bh={token:44};
 b={signature:4}
"""
NAMED = """Date: {date} +0000
From: {author}
To: {to}
Message-ID: <{hexa:12}.{token:16}@{host}>
Subject: {subject}
MIME-Version: 1.0
{type}
"""
LEAVE = """List-Unsubscribe: <https://click.{host}/u/{token:48}>,
 <mailto:unsubscribe-{hexa:24}@{host}?subject=unsubscribe>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
"""
BULK = [
    DKIM + "From: {author}\nReply-To: {author}\nTo: {to}\nDate: {date} +0000\nMessage-ID: <{hexa:24}.{hexa:10}.{number:14}.{hexa:10}@mail{number:2}.{host}>\nSubject: {subject}\nX-Mailer: MailChimp Mailer - **CID{hexa:20}**\nX-Campaign: mailchimp{hexa:24}.{hexa:10}\nX-campaignid: mailchimp{hexa:24}.{hexa:10}\nX-Report-Abuse: Please report abuse for this campaign here: https://abuse.{host}/?u={hexa:24}\nX-MC-User: {hexa:24}\nFeedback-ID: {number:8}:{number:8}.{number:6}:us{number:2}:mc\nList-ID: {hexa:24}mc list <{hexa:24}.{number:6}.list-id.{host}>\nX-Accounttype: pd\n" + LEAVE + "MIME-Version: 1.0\n{type}\n",
    "Received: by filterdrecv-{hexa:10}-{token:5} with SMTP id filterdrecv-{hexa:10}-{token:5}-1-{hexa:8}-{number:2}\n        {date} +0000 (UTC)\n" + DKIM + "{type}\nDate: {date} +0000 (UTC)\nFrom: {author}\nMime-Version: 1.0\nMessage-ID: <{token:22}@geopod-ismtpd-{number:2}>\nSubject: {subject}\nReply-To: {author}\nX-SG-EID: {signature:3}\nX-SG-ID: {signature:3}\nTo: {to}\nX-Entity-ID: {token:22}==\n" + LEAVE,
    DKIM + DKIM + "Date: {date} +0000\nFrom: {author}\nTo: {to}\nMessage-ID: <{hexa:16}-{hexa:8}-{hexa:4}-{hexa:4}-{hexa:4}-{hexa:12}-000000@eu-west-1.{host}>\nSubject: {subject}\nMIME-Version: 1.0\n{type}\n" + LEAVE + "Feedback-ID: ::1.eu-west-1.{token:44}=:AmazonSES\nX-SES-Outgoing: 2024.05.01-192.0.2.{number:2}\n",
    DKIM + "To: {to}\nSubject: {subject}\nFrom: {author}\nDate: {date} +0000\nX-Kmail-Account: {token:6}\nX-Kmail-Message: {token:26}\nX-Kmail-Relay: {token:6}\nFeedback-ID: {token:6}:{token:6}.{number:6}:kmail\nX-SMTPAPI: {{\"unique_args\": {{\"message\": \"{hexa:26}\"}}}}\n" + LEAVE + "Message-ID: <{token:22}@{host}>\nMime-Version: 1.0\n{type}\n",
    "DomainKey-Signature: a=rsa-sha1; c=nofws; q=dns; s=200608; d={host};\n b={signature:3}\n" + DKIM + "Received: by mta{number:2}.{host} id {token:14} for <robin@home.example>; {date} +0000 (envelope-from <bounce-{number:6}_HTML-{number:9}-{number:7}@bounce.{host}>)\nFrom: {author}\nTo: <robin@home.example>\nSubject: {subject}\nDate: {date} -0600\n" + LEAVE + "x-CSA-Compliance-Source: SFMC\nMIME-Version: 1.0\nReply-To: {author}\nList-ID: <{number:7}.xt.local>\nX-CSA-Complaints: csa-complaints@{host}\nX-SFMC-Stack: {number:1}\nx-job: {number:7}_{number:7}\nx-sfmc-job: {number:7}_{number:7}\nMessage-ID: <{hexa:8}-{hexa:4}-{hexa:4}-{hexa:4}-{hexa:12}@atl1s{number:2}mta{number:4}.xt.local>\nFeedback-ID: {number:7}:{number:7}:192.0.2.{number:2}:sfmktgcld\n{type}\n",
    DKIM + "From: {author}\nTo: {to}\nReply-To: {author}\nDate: {date} +0000\nMessage-ID: <{number:13}.{hexa:8}-{hexa:4}-{hexa:4}-{hexa:4}-{hexa:12}@bf{number:1}.{host}>\nSubject: {subject}\nMIME-Version: 1.0\n{type}\nX-HS-Cid: {token:48}\n" + LEAVE + "Feedback-ID: aws-{number:8}:{number:9}:marketing:hs\nX-Hubspot-Rcpt: {hexa:32}\n",
    DKIM + "X-PM-IP: 192.0.2.{number:2}\nX-IADB-IP: 192.0.2.{number:2}\nX-IADB-IP-REVERSE: {number:2}.2.0.192\n" + LEAVE + "X-PM-Message-Id: {hexa:8}-{hexa:4}-{hexa:4}-{hexa:4}-{hexa:12}\nX-PM-RCPT: |bTB8{token:40}|\nX-PM-Message-Stream: broadcast\nFeedback-ID: s{number:7}-{token:8}:s{number:7}:a{number:6}:postmark\n" + NAMED,
    DKIM + "X-Mailgun-Sending-Ip: 192.0.2.{number:2}\nX-Mailgun-Sid: {token:40}\nX-Mailgun-Batch-Id: {hexa:24}\nReceived: by {hexa:12} with HTTP id {hexa:24}; {date} GMT\n" + LEAVE + NAMED + "X-Mailgun-Variables: {{\"campaign\": \"{hexa:12}\"}}\n",
    "Received: from smtp-relay.{host} (192.0.2.{number:2}) by {host} with ESMTP id {token:12}; {date} +0000\n" + DKIM + NAMED + "X-Mailin-EID: {token:120}\nX-Mailin-Client: {number:7}\nX-Mailin-Campaign: {number:3}\nOrigin-messageId: <{number:12}.{number:8}@smtp-relay.{host}>\nList-Id: <{token:20}>\nX-sib-id: {token:80}\nX-CSA-Complaints: csa-complaints@{host}\nFeedback-ID: 192.0.2.{number:2}:{number:7}_{number:3}:{number:7}:Sendinblue\n" + LEAVE,
    DKIM + "From: {author}\nSubject: {subject}\nDate: {date} +0000\nTo: {to}\nReply-To: {author}\nList-Id: <{hexa:12}.{number:4}.{host}>\nPrecedence: bulk\nX-Complaints-To: abuse@{host}\nx-cmail-campaign: {hexa:16}\nX-Mailer: Campaign Mailer\n" + LEAVE + "Message-ID: <cm.{number:11}.{token:10}.{token:6}.x@{host}>\nMIME-Version: 1.0\n{type}\n",
    DKIM + "Message-Id: <{hexa:8}.{token:16}@post.{host}>\nMIME-Version: 1.0\nFrom: {author}\nTo: {to}\nSubject: {subject}\nDate: {date} +0000\n" + LEAVE + "X-CSA-Complaints: csa-complaints@{host}\nX-MJ-Mid: {token:40}\nX-MJ-SMTPGUID: {hexa:8}-{hexa:4}-{hexa:4}-{hexa:4}-{hexa:12}\nFeedback-Id: 42.{number:7}.{number:7}:MJ\n{type}\n",
    DKIM + "X-Msys-Api: {{\"options\":{{\"open_tracking\":true}},\"campaign_id\":\"{hexa:24}\",\"metadata\":{{\"user\":\"{hexa:24}\"}}}}\nX-MSFBL: {signature:4}\n" + NAMED + LEAVE + "Feedback-ID: {hexa:24}:{hexa:24}:dsp:sparkpost\n",
    DKIM + NAMED.replace("{type}\n", "") + "X-Report-Spam: complaints@{host}\nX-CSA-Complaints: csa-complaints@{host}\nX-Mailer: CleverReach\nX-MID: {number:8}-{number:6}\nList-Help: <https://{host}/help>\nPrecedence: bulk\n" + LEAVE + "{type}\n",
    "Received: from [192.0.2.{number:2}] by server.{host} with esmtpa (Exim 4.96)\n	(envelope-from <{address}>) id {token:6}-{token:6}-{token:2}; {date} +0100\n" + NAMED + "X-Mailer: PHPMailer 6.9.1 (https://github.com/PHPMailer/PHPMailer)\n" + LEAVE,
]
SERVICES = [
    DKIM + DKIM + NAMED + "Feedback-ID: ::1.eu-west-1.{token:44}=:AmazonSES\nX-SES-Outgoing: 2024.05.01-192.0.2.{number:2}\n",
    DKIM + "X-PM-Message-Stream: outbound\nX-PM-Message-Id: {hexa:8}-{hexa:4}-{hexa:4}-{hexa:4}-{hexa:12}\nX-Auto-Response-Suppress: All\n" + NAMED,
    "Received: by recvd-{hexa:10}-{token:5} with SMTP id recvd-{hexa:10}-{token:5}-1-{hexa:8}-{number:2}\n        {date} +0000 (UTC)\n" + DKIM + NAMED + "X-SG-EID: {signature:3}\nX-Entity-ID: {token:22}==\n",
    "Received: from app{number:1}.{host} (unknown [10.0.{number:1}.{number:2}])\n        by out.{host} (Postfix) with ESMTP id {hexa:12};\n        {date} +0000 (UTC)\n" + DKIM + NAMED + "Auto-Submitted: auto-generated\nX-Auto-Response-Suppress: OOF\n",
    DKIM + NAMED + "X-Priority: 3\nX-Mailer: JavaMail/1.6.2\nX-Tenant: {number:5}\nX-Trace: {hexa:32}\n",
]
PEOPLE = [
    "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\n        d=gmail.com; s=20230601; t={number:10}; x={number:10};\n        h=to:subject:message-id:date:from:mime-version:from:to:cc:subject;\n        bh={token:44};\n        b={signature:4}\nX-Gm-Message-State: {token:70}\n{thread}MIME-Version: 1.0\nFrom: {author}\nDate: {date} +0100\nMessage-ID: <CA+{token:40}@mail.gmail.com>\nSubject: {subject}\nTo: {to}\n{type}\n",
    "From: {author}\nTo: {to}\nSubject: {subject}\nThread-Topic: {subject}\nThread-Index: {token:30}\nDate: {date} +0000\nMessage-ID: <{hexa:32}@AM{number:1}PR01MB{number:4}.eurprd01.prod.exchange.example>\n{thread}Accept-Language: en-GB, de-DE\nContent-Language: en-GB\nX-MS-Has-Attach:\nX-MS-TNEF-Correlator:\n{type}\nMIME-Version: 1.0\n",
    "From: {author}\n{type}\nMime-Version: 1.0 (Mac OS X Mail 16.0 \\(3774.600.62\\))\nSubject: {subject}\n{thread}Message-Id: <{hexa:8}-{hexa:4}-{hexa:4}-{hexa:4}-{hexa:12}@{domain}>\nDate: {date} +0100\nTo: {to}\nX-Mailer: Apple Mail (2.3774.600.62)\n",
    "Message-ID: <{hexa:8}-{hexa:4}-{hexa:4}-{hexa:4}-{hexa:12}@{domain}>\nDate: {date} +0200\nMIME-Version: 1.0\nUser-Agent: Mozilla Thunderbird\nContent-Language: en-US\nTo: {to}\nFrom: {author}\n{thread}Subject: {subject}\n{type}\n",
]
LISTS = [
    NAMED.replace("{type}\n", "") + "{thread}X-BeenThere: walkers@lists.{host}\nX-Mailman-Version: 2.1.39\nPrecedence: list\nList-Id: Walkers <walkers.lists.{host}>\nList-Unsubscribe: <https://lists.{host}/options/walkers>,\n <mailto:walkers-request@lists.{host}?subject=unsubscribe>\nList-Archive: <https://lists.{host}/pipermail/walkers/>\nList-Post: <mailto:walkers@lists.{host}>\nList-Help: <mailto:walkers-request@lists.{host}?subject=help>\n{type}\nErrors-To: walkers-bounces@lists.{host}\nSender: walkers-bounces@lists.{host}\n",
]

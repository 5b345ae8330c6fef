import type { ConnectionStatus } from "polywan-core/status";

// IANA's Service Name and Transport Protocol Port Number Registry, and what games and calls commonly use.
const TCP: Readonly<Record<number, string>> = {
	20: "FTP",
	21: "FTP",
	22: "SSH",
	23: "Telnet",
	25: "SMTP",
	53: "DNS",
	80: "HTTP",
	110: "POP3",
	143: "IMAP",
	443: "HTTPS",
	445: "SMB",
	465: "SMTP",
	554: "RTSP",
	587: "SMTP",
	853: "DNS",
	873: "rsync",
	993: "IMAP",
	995: "POP3",
	1194: "OpenVPN",
	1883: "MQTT",
	1935: "RTMP",
	3074: "Xbox Live",
	3389: "RDP",
	5060: "SIP",
	5061: "SIP",
	5222: "XMPP",
	5228: "Google Play",
	5900: "VNC",
	8080: "HTTP",
	8443: "HTTPS",
	8883: "MQTT",
	9418: "Git",
};
const UDP: Readonly<Record<number, string>> = {
	53: "DNS",
	67: "DHCP",
	123: "NTP",
	161: "SNMP",
	443: "QUIC",
	500: "IPsec",
	853: "DNS",
	1194: "OpenVPN",
	3074: "Xbox Live",
	3478: "STUN",
	3479: "STUN",
	3480: "STUN",
	3481: "STUN",
	3702: "WS-Discovery",
	4500: "IPsec",
	5060: "SIP",
	5353: "mDNS",
	19302: "STUN",
	51820: "WireGuard",
};
const OTHERS: Readonly<Record<string, string>> = {
	icmp: "Ping",
	icmpv6: "Ping",
	esp: "IPsec",
	ah: "IPsec",
	gre: "GRE",
};

/** What a connection is probably for, as far as its port tells; null: that says nothing. */
export function appOf({ protocol, destination_port: port }: ConnectionStatus): string | null {
	if (protocol === "tcp") return TCP[port] ?? null;
	if (protocol === "udp") return UDP[port] ?? null;
	return OTHERS[protocol] ?? null;
}
